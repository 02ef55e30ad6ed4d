/** What a picture says as a table. */

/** The same as the picture, in words. */
export interface Table {
  caption: string;
  headers: string[];
  rows: string[][];
}
