/** A colour as linear-light sRGB, each part 0 to 1 after clipping to the gamut. */
type Linear = readonly [number, number, number];

/** OKLCH to linear sRGB (Björn Ottosson, "A perceptual color space for image processing", 2020). */
export function linearOf(lightness: number, chroma: number, hue: number): Linear {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (x: number) => Math.min(1, Math.max(0, x));
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: Linear, other: Linear): number {
  const luminance = ([r, g, b]: Linear) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [dark, light] = [luminance(one), luminance(other)].sort((x, y) => x - y);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** The colour tokens of a stylesheet, each told by `light-dark`: as they are in light, then in dark. */
export function themesOf(css: string): readonly [Map<string, Linear>, Map<string, Linear>] {
  const light = new Map<string, Linear>();
  const dark = new Map<string, Linear>();
  const colour = String.raw`oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)`;
  const tokens = new RegExp(
    String.raw`--([a-z-]+):\s*light-dark\(\s*${colour},\s*${colour}\s*\);`,
    'g',
  );
  for (const [, name, ...parts] of css.matchAll(tokens)) {
    const [l = 0, c = 0, h = 0, darkL = 0, darkC = 0, darkH = 0] = parts.map(Number);
    if (!name) continue;
    light.set(name, linearOf(l, c, h));
    dark.set(name, linearOf(darkL, darkC, darkH));
  }
  return [light, dark];
}
