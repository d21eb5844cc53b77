// The mean-field map, one step after the other: the orbit of a point goes on from where its run ended.
//
//     m^a(A, f) = (1-e) C^a tanh(b s.A) + (e/P) W^a p(f),                     a = o, v, q, k,
//     A_new     = sum_d w_d m^v(A_d, f-d),   w = softmax_d((g/sqrt M) m^q(A_0, f).m^k(A_d, f-d)).

const [OUTPUT, VALUE, QUERY, KEY] = [0, 1, 2, 3];

// (e/P) W^a p(f) of a role for every phase, (T, M); p are the bits of f, the most significant first. Or e times a table.
function clockTable(network, role, epsilon) {
  const { M, P, positional } = network;
  if (network.table) {
    return Float64Array.from({ length: 2 ** P * M }, (_, i) => {
      const phase = Math.floor(i / M);
      return epsilon * network.table[(phase * 4 + role) * M + (i % M)];
    });
  }
  const table = new Float64Array(2 ** P * M);
  for (let phase = 0; phase < 2 ** P; phase++) {
    for (let a = 0; a < M; a++) {
      let sum = 0;
      for (let j = 0; j < P; j++) sum += positional[(role * M + a) * P + j] * ((phase >> (P - 1 - j)) & 1 ? 1 : -1);
      table[phase * M + a] = (epsilon / P) * sum;
    }
  }
  return table;
}

// The semantic part of m^o of the newest token before each of n steps, (n, M), and the window at the end.
function orbitOf(network, { beta, gamma, epsilon }, start, phase, n) {
  const { M, J, L, P, signs, coefficients } = network;
  const period = 2 ** P;
  const clock = [VALUE, QUERY, KEY].map((role) => clockTable(network, role, epsilon));
  const scale = gamma / Math.sqrt(M);
  const theta = new Float64Array(J);
  const values = new Float64Array(L * M);
  const keys = new Float64Array(L * M);
  const tokens = new Float64Array(L * M);
  const query = new Float64Array(M);
  const output = new Float64Array(M);
  const weights = new Float64Array(L);
  const series = new Float64Array(n * M);

  const field = (role, out, at) => {
    for (let a = 0; a < M; a++) {
      let sum = 0;
      for (let j = 0; j < J; j++) sum += coefficients[(role * M + a) * J + j] * theta[j];
      out[at + a] = (1 - epsilon) * sum;
    }
  };
  const drive = (role, out, at, f) => {
    for (let a = 0; a < M; a++) out[at + a] += clock[role - 1][f * M + a];
  };
  // Mean fields of the token in a place of the ring.
  const look = (place, f) => {
    for (let j = 0; j < J; j++) {
      let sum = 0;
      for (let b = 0; b < M; b++) sum += signs[j * M + b] * tokens[place * M + b];
      theta[j] = Math.tanh(beta * sum);
    }
    field(VALUE, values, place * M);
    drive(VALUE, values, place * M, f);
    field(KEY, keys, place * M);
    drive(KEY, keys, place * M, f);
  };

  let head = L - 1;
  for (let d = L - 1; d >= 0; d--) {
    const place = L - 1 - d;
    for (let a = 0; a < M; a++) tokens[place * M + a] = start[d * M + a];
    look(place, (((phase - d) % period) + period) % period);
  }
  for (let t = 0; t < n; t++) {
    field(OUTPUT, output, 0);
    field(QUERY, query, 0);
    drive(QUERY, query, 0, phase);
    let largest = -Infinity;
    for (let place = 0; place < L; place++) {
      let score = 0;
      for (let a = 0; a < M; a++) score += query[a] * keys[place * M + a];
      weights[place] = scale * score;
      if (weights[place] > largest) largest = weights[place];
    }
    let total = 0;
    for (let place = 0; place < L; place++) total += weights[place] = Math.exp(weights[place] - largest);
    for (let a = 0; a < M; a++) {
      series[t * M + a] = output[a];
      query[a] = 0;
      for (let place = 0; place < L; place++) query[a] += weights[place] * values[place * M + a];
      query[a] /= total;
    }
    head = (head + 1) % L;
    for (let a = 0; a < M; a++) tokens[head * M + a] = query[a];
    phase = (phase + 1) % period;
    look(head, phase);
  }
  const end = new Float64Array(L * M);
  for (let d = 0; d < L; d++) for (let a = 0; a < M; a++) end[d * M + a] = tokens[((head - d + L) % L) * M + a];
  return { series, n, M, end, phase };
}

// The orbit at a point of the sweep; null where its window is not in the page.
function orbitAt(sweep, at) {
  const { networks, network, windows, phases, ages, patterns } = sweep.orbits;
  const point = sweep.number(at);
  if (!networks || Number.isNaN(windows[point * ages * patterns])) return null;
  const here = networks[network[point]];
  const start = new Float64Array(here.L * here.M);
  for (let d = 0; d < here.L; d++) {
    for (let a = 0; a < here.M; a++) start[d * here.M + a] = windows[(point * ages + d) * patterns + a];
  }
  const parameters = Object.fromEntries(["beta", "gamma", "epsilon"].map((name) => [name, sweep.parameter(name, at)]));
  return { ...orbitOf(here, parameters, start, phases[point], here.steps), network: here };
}
