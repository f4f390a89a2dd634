export interface LogisticFit {
  readonly intercept: number;
  readonly coefficients: readonly number[];
  readonly standardErrors: readonly number[];
  readonly iterations: number;
}

const ITERATIONS_MAX = 100;
const TOLERANCE = 1e-12;

/**
 * Logistic regression of true outcomes by iteratively reweighted least squares. `ridge` above zero draws the
 * coefficients, not the intercept, towards zero, as a penalty of ridge/2 times their squares would. Throws when it
 * does not converge.
 */
export function fitLogistic(
  rows: readonly (readonly number[])[],
  outcomes: readonly boolean[],
  ridge: number,
): LogisticFit {
  const design = rows.map((row) => [1, ...row]);
  const width = design[0]?.length ?? 1;
  let beta: number[] = Array.from({ length: width }, () => 0);
  for (let iteration = 1; iteration <= ITERATIONS_MAX; iteration += 1) {
    const { gradient, information } = derivatives(design, outcomes, { beta, ridge });
    const step = solve(information, gradient);
    beta = beta.map((value, index) => value + (step[index] as number));
    if (!step.every(Number.isFinite)) break;
    if (Math.max(...step.map(Math.abs)) > TOLERANCE) continue;
    const errors = beta.map((_, index) => Math.sqrt(solve(information, unit(width, index))[index] as number));
    const [intercept = 0, ...coefficients] = beta;
    return { intercept, coefficients, standardErrors: errors.slice(1), iterations: iteration };
  }
  throw new Error('the regression did not converge: do outcomes follow from one column?');
}

function derivatives(
  design: readonly (readonly number[])[],
  outcomes: readonly boolean[],
  { beta, ridge }: { beta: readonly number[]; ridge: number },
) {
  const width = beta.length;
  const penalties = beta.map((_, index) => (index === 0 ? 0 : ridge));
  const gradient = beta.map((value, index) => -(penalties[index] as number) * value);
  const information = beta.map((_, row) => beta.map((__, column) => (row === column ? (penalties[row] as number) : 0)));
  design.forEach((row, index) => {
    const probability = 1 / (1 + Math.exp(-dot(row, beta)));
    const residual = (outcomes[index] ? 1 : 0) - probability;
    const weight = probability * (1 - probability);
    for (let left = 0; left < width; left += 1) {
      const value = row[left] as number;
      gradient[left] = (gradient[left] as number) + value * residual;
      const line = information[left] as number[];
      for (let right = 0; right < width; right += 1) {
        line[right] = (line[right] as number) + value * weight * (row[right] as number);
      }
    }
  });
  return { gradient, information };
}

const dot = (left: readonly number[], right: readonly number[]) =>
  left.reduce((sum, value, index) => sum + value * (right[index] as number), 0);

const unit = (width: number, one: number) => Array.from({ length: width }, (_, index) => (index === one ? 1 : 0));

/** Solves a symmetric positive definite system by Gauss with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const lines = matrix.map((row, index) => [...row, right[index] as number]);
  const size = lines.length;
  for (let column = 0; column < size; column += 1) {
    const below = lines.slice(column).map((line) => Math.abs(line[column] as number));
    const pivot = column + below.indexOf(Math.max(...below));
    [lines[column], lines[pivot]] = [lines[pivot] as number[], lines[column] as number[]];
    const top = lines[column] as number[];
    for (const line of lines.slice(column + 1)) {
      const factor = (line[column] as number) / (top[column] as number);
      for (let at = column; at <= size; at += 1) line[at] = (line[at] as number) - factor * (top[at] as number);
    }
  }
  const solution: number[] = Array.from({ length: size }, () => 0);
  for (let row = size - 1; row >= 0; row -= 1) {
    const line = lines[row] as number[];
    const known = dot(line.slice(row + 1, size), solution.slice(row + 1));
    solution[row] = ((line[size] as number) - known) / (line[row] as number);
  }
  return solution;
}
