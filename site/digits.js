// A drawing is brought to the form of MNIST's images, step by step as helpers/digits.py does it.
const SIDE = 28; // pixels, an MNIST image
const BOX = 20; // pixels, the square that the digit itself fills

// Round as Python does: halves go to the even neighbor.
function round(value) {
  const low = Math.floor(value);
  const above = value - low;
  if (above !== 0.5) return above < 0.5 ? low : low + 1;
  return low % 2 ? low + 1 : low;
}

// Resize along one axis. Each new pixel is a weighted mean of old ones, as in PyTorch's
// interpolate(mode="bilinear", antialias=True).
function resize(lines, size) {
  const scale = lines.length / size;
  const reach = Math.max(scale, 1);
  return Array.from({ length: size }, (_, i) => {
    const center = scale * (i + 0.5);
    const from = Math.max(Math.trunc(center - reach + 0.5), 0);
    const to = Math.min(Math.trunc(center + reach + 0.5), lines.length);
    const weights = [];
    for (let j = from; j < to; j++)
      weights.push(Math.max(0, 1 - Math.abs(j - center + 0.5) / reach));
    const total = weights.reduce((a, b) => a + b);
    return lines[0].map((_, k) =>
      weights.reduce((sum, weight, j) => sum + (weight / total) * lines[from + j][k], 0)
    );
  });
}

const transposed = (lines) => lines[0].map((_, i) => lines.map((line) => line[i]));

// Where to start, on one axis, so that the center of mass is on pixel 14.
function corner(lines) {
  const mass = lines.map((line) => line.reduce((a, b) => a + b));
  const total = mass.reduce((a, b) => a + b);
  const center = mass.reduce((sum, m, i) => sum + m * i, 0) / total;
  const start = round(SIDE / 2 - round(center * 1000) / 1000);
  return Math.min(Math.max(start, 0), SIDE - lines.length);
}

// Return the image, 28 x 28 numbers from 0 to 255, row by row, of a drawing of `side` x `side`.
export function mnistForm(drawing, side) {
  const image = new Float32Array(SIDE * SIDE);
  const rows = [];
  const columns = [];
  drawing.forEach((ink, i) => {
    if (ink > 25) {
      rows.push(Math.floor(i / side));
      columns.push(i % side);
    }
  });
  if (!rows.length) return image;
  const smallest = (numbers) => numbers.reduce((a, b) => Math.min(a, b));
  const largest = (numbers) => numbers.reduce((a, b) => Math.max(a, b));
  let ink = [];
  for (let row = smallest(rows); row <= largest(rows); row++)
    ink.push(
      Array.from(
        drawing.slice(row * side + smallest(columns), row * side + largest(columns) + 1)
      )
    );
  const scale = BOX / Math.max(ink.length, ink[0].length);
  const height = Math.max(1, round(ink.length * scale));
  const width = Math.max(1, round(ink[0].length * scale));
  ink = resize(transposed(resize(transposed(ink), width)), height);
  const top = corner(ink);
  const left = corner(transposed(ink));
  ink.forEach((line, i) =>
    line.forEach((value, j) => {
      image[(top + i) * SIDE + left + j] = Math.min(Math.max(round(value), 0), 255);
    })
  );
  return image;
}
