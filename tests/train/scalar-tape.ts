/** A number that remembers what it was made of: the plainest reverse-mode differentiation, to check other things by. */
export class Scalar {
  gradient = 0;

  constructor(
    readonly value: number,
    /** What it was made of, with its derivative in each. */
    readonly parts: readonly (readonly [part: Scalar, slope: number])[] = [],
  ) {}

  plus(other: Scalar): Scalar {
    const parts = [[this, 1] as const, [other, 1] as const];
    return new Scalar(this.value + other.value, parts);
  }

  times(other: Scalar): Scalar {
    const parts = [[this, other.value] as const, [other, this.value] as const];
    return new Scalar(this.value * other.value, parts);
  }

  exp(): Scalar {
    const y = Math.exp(this.value);
    return new Scalar(y, [[this, y]]);
  }

  log(): Scalar {
    return new Scalar(Math.log(this.value), [[this, 1 / this.value]]);
  }

  tanh(): Scalar {
    const y = Math.tanh(this.value);
    return new Scalar(y, [[this, 1 - y * y]]);
  }

  /** 1 above 0, else 0; the derivative is that of tanh. */
  fire(): Scalar {
    return new Scalar(this.value > 0 ? 1 : 0, [[this, 1 - Math.tanh(this.value) ** 2]]);
  }
}

export const constant = (value: number): Scalar => new Scalar(value);

/** Adds ∂of/∂x to the gradient of every x that it was made of. */
export function backward(of: Scalar): void {
  const order: Scalar[] = [];
  const seen = new Set<Scalar>();
  const visit = (scalar: Scalar): void => {
    if (seen.has(scalar)) return;
    seen.add(scalar);
    for (const [part] of scalar.parts) visit(part);
    order.push(scalar);
  };
  visit(of);
  of.gradient = 1;
  for (const scalar of order.reverse()) {
    for (const [part, slope] of scalar.parts) part.gradient += slope * scalar.gradient;
  }
}
