// Contrast between two colours as WCAG 2 computes it. Its functions are also sent into pages, so each stands alone.

// Between two colours [red, green, blue] of 0 to 255: from 1 to 21.
export function contrast(one, other) {
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
