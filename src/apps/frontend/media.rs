//! Media type, compression and caching of a file, by its path.

/// Returns the media type of a path, by its extension.
pub fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some("md") => "text/markdown; charset=utf-8",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// Whether files of this type are worth compressing; images and fonts are compressed already.
pub fn compressible(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || matches!(media_type, "application/json" | "application/manifest+json" | "image/svg+xml")
}

/// Returns `Cache-Control` of a path: names below `/assets/` contain a hash of the content, so they never
/// change.
pub fn cache_control(path: &str) -> &'static str {
    if path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_type_follows_the_extension() {
        assert_eq!(media_type("/index.html"), "text/html; charset=utf-8");
        assert_eq!(media_type("/assets/a.b.js"), "text/javascript; charset=utf-8");
        assert_eq!(media_type("/no-extension"), "application/octet-stream");
    }

    #[test]
    fn fonts_are_not_compressed_again() {
        assert!(compressible(media_type("/assets/land.json")));
        assert!(!compressible(media_type("/assets/inter.woff2")));
    }

    #[test]
    fn only_hashed_names_are_immutable() {
        assert!(cache_control("/assets/index-1234.js").contains("immutable"));
        assert_eq!(cache_control("/index.html"), "no-cache");
    }
}
