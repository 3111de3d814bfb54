// The contrast of each visible text with its background, by the formula of WCAG 2.

/** Returns `[{ text, ratio }]` for every element with text, on the nearest opaque background. */
export function contrasts(page) {
  return page.evaluate(() => {
    const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = ([red, green, blue]) => {
      const [r, g, b] = [red, green, blue].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const ground = channels(getComputedStyle(at).backgroundColor);
        if (ground.length === 3 || ground[3] === 1) return ground;
      }
      return [255, 255, 255];
    };
    const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
    return [...document.querySelectorAll("body *:not(script, style, noscript, option, svg *)")]
      .filter((element) => own(element) && element.checkVisibility() && element.closest("[aria-busy=true]") === null)
      .map((element) => {
        const [one, two] = [luminance(channels(getComputedStyle(element).color)), luminance(groundOf(element))];
        return { text: element.textContent.trim().slice(0, 40), ratio: (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05) };
      });
  });
}
