// What is drawn of an orbit: its spectrum, autocorrelation and section, as the Python package defines them.

const ORDER = 3; // the spectrum is seen through the window sin^6: tori and cycles have narrow lines

// In place, Cooley and Tukey; the length is a power of two.
function fourier(real, imaginary) {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  const cosines = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sines = Float64Array.from({ length: n / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / n));
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let first = 0; first < n; first += size) {
      for (let i = first, j = first + half, k = 0; j < first + size; i++, j++, k += n / size) {
        const x = real[j] * cosines[k] - imaginary[j] * sines[k];
        const y = real[j] * sines[k] + imaginary[j] * cosines[k];
        real[j] = real[i] - x;
        imaginary[j] = imaginary[i] - y;
        real[i] += x;
        imaginary[i] += y;
      }
    }
  }
}

function component(orbit, a) {
  return Float64Array.from({ length: orbit.n }, (_, t) => orbit.series[t * orbit.M + a]);
}

// The series without its mean, and its variance: 0 where it varies by rounding only.
function centred(x) {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const varying = x.map((value) => value - mean);
  const variance = varying.reduce((sum, value) => sum + value * value, 0) / x.length;
  return { varying, variance: variance > (1e-14 * mean) ** 2 ? variance : 0 };
}

// Powers at 0, 1/n, ..., 1/2 cycles per step that add up to the variance, seen through the window sin^6(pi t/n).
function powerSpectrum(x) {
  const n = x.length;
  const { varying, variance } = centred(x);
  if (variance === 0) return new Float64Array(n / 2 + 1);
  let square = 0;
  const real = varying.map((value, t) => {
    const weight = Math.sin((Math.PI * (t + 0.5)) / n) ** (2 * ORDER);
    square += weight * weight;
    return weight * value;
  });
  const imaginary = new Float64Array(n);
  fourier(real, imaginary);
  return Float64Array.from({ length: n / 2 + 1 }, (_, k) => {
    const twice = k === 0 || k === n / 2 ? 1 : 2;
    return (twice * (real[k] ** 2 + imaginary[k] ** 2)) / (n * square);
  });
}

// rho(k) for lags 0 ... most, sums divided by n - k, and Bartlett's standard error if it vanishes from k on.
function autocorrelation(x, most) {
  const n = x.length;
  const { varying, variance } = centred(x);
  if (variance === 0) return null;
  const real = new Float64Array(2 * n);
  const imaginary = new Float64Array(2 * n);
  real.set(varying);
  fourier(real, imaginary);
  for (let k = 0; k < 2 * n; k++) {
    real[k] = real[k] ** 2 + imaginary[k] ** 2;
    imaginary[k] = 0;
  }
  fourier(real, imaginary);
  const rho = Float64Array.from({ length: most + 1 }, (_, k) => (real[k] / (n - k)) * (n / real[0]));
  const errors = new Float64Array(most + 1);
  for (let k = 1, sum = 0; k <= most; k++) {
    errors[k] = Math.sqrt((1 + 2 * sum) / (n - k));
    sum += rho[k] ** 2;
  }
  return { rho, errors };
}

// Samples in a slab around x_b = level: 0 if the component changes its sign, its median if not. The slab is as thin as
// to hold `wanted` samples, but not thicker than a hundredth of the component's extent.
function slab(orbit, across, wanted = 2048) {
  const x = component(orbit, across);
  const ordered = x.slice().sort();
  const [low, high] = [ordered[0], ordered[x.length - 1]];
  const level = low < 0 && high > 0 ? 0 : ordered[x.length >> 1];
  const far = x.map((value) => Math.abs(value - level)).sort();
  const halfWidth = Math.min(far[Math.min(wanted, x.length) - 1], 0.01 * (high - low));
  const times = [];
  for (let t = 0; t < x.length; t++) if (Math.abs(x[t] - level) <= halfWidth) times.push(t);
  return { times, level, halfWidth };
}
