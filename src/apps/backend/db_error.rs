//! Distinguishes database errors that a retry may resolve from permanent ones.

/// Whether the same statement may succeed on a retry: the server is unreachable, starting, stopping, or not the
/// primary.
pub fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_transient_code(&code)),
        _ => false,
    }
}

/// Whether the server refused the credentials of a new connection. A retry succeeds once they are replaced, in the
/// mounted files or on the server.
pub fn is_refused(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().is_some_and(|code| is_refused_code(&code)))
}

/// SQLSTATE codes of class 28: a wrong password, or a role that may not log in.
fn is_refused_code(code: &str) -> bool {
    code.starts_with("28")
}

/// SQLSTATE codes of an unavailable server (classes 08, 53, 57, 58), of a server that became a standby, of a
/// database that is being replaced by a restore, and of conflicts that a retry resolves.
fn is_transient_code(code: &str) -> bool {
    const READ_ONLY: &str = "25006";
    const SERIALISATION: &str = "40001";
    const NO_DATABASE: &str = "3D000";
    const DEADLOCK: &str = "40P01";
    const CLASSES: [&str; 4] = ["08", "53", "57", "58"];
    [READ_ONLY, SERIALISATION, NO_DATABASE, DEADLOCK].contains(&code)
        || CLASSES.iter().any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standby_and_stopping_server_are_transient() {
        for code in ["25006", "57P01", "57P03", "53300", "08006", "40001", "3D000"] {
            assert!(is_transient_code(code), "{code}");
        }
        assert!(is_transient(&sqlx::Error::PoolTimedOut));
    }

    #[test]
    fn refused_credentials_are_neither_transient_nor_a_bug() {
        for code in ["28P01", "28000"] {
            assert!(is_refused_code(code) && !is_transient_code(code), "{code}");
        }
        assert!(!is_refused_code("42501"), "a missing privilege is no wrong password");
        assert!(!is_refused(&sqlx::Error::PoolTimedOut));
    }

    #[test]
    fn invalid_statement_is_not_transient() {
        for code in ["42601", "23505", "23514", "28P01"] {
            assert!(!is_transient_code(code), "{code}");
        }
        assert!(!is_transient(&sqlx::Error::RowNotFound));
    }
}
