/* How many fused multiply-adds, divisions, and reads and writes of an array one core does per second in its widest
 * vectors, and how many multiply-adds with an operation on bits after each: 16 independent chains hide the latency.
 * Returns a number, so that nothing is optimised away.
 */
#if defined __AVX512F__
#define BYTES 64
#elif defined __AVX__
#define BYTES 32
#else
#define BYTES 16
#endif
#define CHAINS 16

typedef double vector __attribute__((vector_size(BYTES)));
typedef long bits __attribute__((vector_size(BYTES)));

int n_lanes(void) { return BYTES / 8 * CHAINS; }

double multiply_add(long n, double a, double b)
{
    vector x[CHAINS];
    for (int i = 0; i < CHAINS; i++) x[i] = (vector){0} + i;
    for (long t = 0; t < n; t++)
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++) x[i] = x[i] * a + b;
    for (int i = 1; i < CHAINS; i++) x[0] += x[i];
    return x[0][0];
}

/* The same with an operation on bits for each, which selections and comparisons take as much of a unit as. */
double multiply_add_bits(long n, double a, double b)
{
    vector x[CHAINS];
    bits mask = (bits)((vector){0} + b) | 0x7fffffffffffffff; /* of the sign, whatever b */
    for (int i = 0; i < CHAINS; i++) x[i] = (vector){0} + i;
    for (long t = 0; t < n; t++)
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++) x[i] = (vector)((bits)(x[i] * a + b) & mask);
    for (int i = 1; i < CHAINS; i++) x[0] += x[i];
    return x[0][0];
}

double divide(long n, double a, double b)
{
    vector x[CHAINS];
    for (int i = 0; i < CHAINS; i++) x[i] = (vector){0} + 1 + i;
    for (long t = 0; t < n; t++)
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++) x[i] = a / x[i];
    for (int i = 1; i < CHAINS; i++) x[0] += x[i];
    return x[0][0] + b;
}

/* n times through an array of n_doubles. */
double read(long n, const double *array, long n_doubles)
{
    const vector *y = (const vector *)array;
    vector x[CHAINS] = {0};
    for (long t = 0; t < n; t++)
        for (long j = 0; j + CHAINS <= n_doubles / (BYTES / 8); j += CHAINS)
#pragma GCC unroll 16
            for (int i = 0; i < CHAINS; i++) x[i] += y[j + i];
    for (int i = 1; i < CHAINS; i++) x[0] += x[i];
    return x[0][0];
}

/* n times through an array of n_doubles. */
double write(long n, double *array, long n_doubles)
{
    vector *y = (vector *)array;
    for (long t = 0; t < n; t++) {
        for (long j = 0; j + CHAINS <= n_doubles / (BYTES / 8); j += CHAINS)
#pragma GCC unroll 16
            for (int i = 0; i < CHAINS; i++) y[j + i] = (vector){0} + (double)t;
        __asm__ volatile("" ::: "memory"); /* each time anew */
    }
    return array[0];
}
