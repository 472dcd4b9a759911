/** Offered at once, each with what it is called; any other emoji can be typed. */
export const QUICK_REACTIONS = [
  ['👍', 'Thumbs up'],
  ['❤️', 'Heart'],
  ['😄', 'Laughing'],
  ['🎉', 'Celebrating'],
  ['🙏', 'Thank you'],
  ['🌱', 'Seedling'],
] as const;
