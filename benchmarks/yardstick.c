/* The yardstick: the mean-field map and its tangent vectors in C, lanes innermost, as plainly as the compiler can
 * vectorise it. Sizes are macros (M, J, L, W, K); build with
 *     gcc -O3 -march=native -ffast-math -fopenmp-simd -shared -fPIC -DM=3 -DJ=3 -DL=4 -DW=16 -DK=12 yardstick.c -lmvec -lm
 * All arrays have the lane last. K = 0: the map alone.
 */
#include <math.h>
#include <string.h>

#define LANES _Pragma("omp simd") for (int w = 0; w < W; w++)
#define D (L * M)
#define N (K > 0 ? K : 1)

typedef double lane[W] __attribute__((aligned(64)));

static lane attention[M], query[M], keys[L][M], values[L][M], theta[J], slope[L][J], weight[L], top, total;
static lane gain[L][M][M], row[M][L][M], pull[J], ring[N][L][M], fresh[N][M], dot;

static void token(int slot, const double *beta, const double *epsilon, const double (*s)[M], const double (*c)[M][J],
                  const double (*position)[M])
{
    for (int j = 0; j < J; j++)
        LANES {
            double x = 0;
            for (int b = 0; b < M; b++) x += s[j][b] * attention[b][w];
            theta[j][w] = tanh(beta[w] * x);
            slope[slot][j][w] = (1 - epsilon[w]) * beta[w] * (1 - theta[j][w] * theta[j][w]);
        }
    for (int a = 0; a < M; a++)
        LANES {
            double v = 0, q = 0, k = 0;
            for (int j = 0; j < J; j++) {
                v += c[0][a][j] * theta[j][w];
                q += c[1][a][j] * theta[j][w];
                k += c[2][a][j] * theta[j][w];
            }
            values[slot][a][w] = (1 - epsilon[w]) * v + epsilon[w] * position[0][a];
            query[a][w] = (1 - epsilon[w]) * q + epsilon[w] * position[1][a];
            keys[slot][a][w] = (1 - epsilon[w]) * k + epsilon[w] * position[2][a];
        }
    if (K > 0)
        for (int a = 0; a < M; a++)
            for (int b = 0; b < M; b++)
                LANES {
                    double g = 0;
                    for (int j = 0; j < J; j++) g += c[0][a][j] * s[j][b] * slope[slot][j][w];
                    gain[slot][a][b][w] = g;
                }
}

static void attend(const double *gamma)
{
    LANES top[w] = -1e300, total[w] = 0;
    for (int d = 0; d < L; d++)
        LANES {
            double z = 0;
            for (int a = 0; a < M; a++) z += query[a][w] * keys[d][a][w];
            weight[d][w] = z * gamma[w];
            top[w] = weight[d][w] > top[w] ? weight[d][w] : top[w];
        }
    for (int d = 0; d < L; d++)
        LANES {
            weight[d][w] = exp(weight[d][w] - top[w]);
            total[w] += weight[d][w];
        }
    LANES total[w] = 1 / total[w];
    for (int a = 0; a < M; a++)
        LANES {
            double x = 0;
            for (int d = 0; d < L; d++) x += weight[d][w] * values[d][a][w];
            attention[a][w] = x * total[w];
        }
    for (int d = 0; d < L; d++) LANES weight[d][w] *= total[w];
}

static void jacobian_row(int newest, const double *gamma, const double (*s)[M], const double (*c)[M][J])
{
    for (int j = 0; j < J; j++)
        LANES {
            double x = 0;
            for (int a = 0; a < M; a++) x += query[a][w] * c[2][a][j];
            pull[j][w] = x;
        }
    for (int d = 0; d < L; d++)
        for (int b = 0; b < M; b++)
            LANES {
                double x = 0;
                for (int j = 0; j < J; j++) x += pull[j][w] * slope[d][j][w] * s[j][b];
                for (int a = 0; a < M; a++)
                    row[a][d][b][w] = weight[d][w] * gain[d][a][b][w]
                                      + gamma[w] * weight[d][w] * (values[d][a][w] - attention[a][w]) * x;
            }
    for (int a = 0; a < M; a++)
        LANES {
            double p[M], t;
            for (int b = 0; b < M; b++) {
                p[b] = 0;
                for (int d = 0; d < L; d++) p[b] += gamma[w] * weight[d][w] * (values[d][a][w] - attention[a][w]) * keys[d][b][w];
            }
            for (int j = 0; j < J; j++) {
                t = 0;
                for (int b = 0; b < M; b++) t += p[b] * c[1][b][j];
                t *= slope[newest][j][w];
                for (int b = 0; b < M; b++) row[a][newest][b][w] += t * s[j][b];
            }
        }
}

static void push(int slot)
{
    for (int i = 0; i < K; i++)
        for (int a = 0; a < M; a++)
            LANES {
                double x = 0;
                for (int d = 0; d < L; d++)
                    for (int b = 0; b < M; b++) x += row[a][d][b][w] * ring[i][d][b][w];
                fresh[i][a][w] = x;
            }
    for (int i = 0; i < K; i++) memcpy(ring[i][slot], fresh[i], sizeof fresh[i]);
}

static void orthonormalise(double *logs)
{
    for (int i = 0; i < K; i++) {
        double *q = &ring[i][0][0][0];
        LANES {
            double x = 0;
            for (int d = 0; d < D; d++) x += q[d * W + w] * q[d * W + w];
            logs[i * W + w] += 0.5 * log(x);
            dot[w] = 1 / sqrt(x);
        }
        for (int d = 0; d < D; d++) LANES q[d * W + w] *= dot[w];
        for (int j = i + 1; j < K; j++) {
            double *restrict f = &ring[j][0][0][0];
            LANES {
                double x = 0;
                for (int d = 0; d < D; d++) x += q[d * W + w] * f[d * W + w];
                for (int d = 0; d < D; d++) f[d * W + w] -= x * q[d * W + w];
            }
        }
    }
}

/* window (L, M, W) newest first, in and out; frame (K, L, M, W); logs (K, W) are added to; tail (n_tail, M, W). */
void advance(double *window, int time, long n_steps, const double *beta, const double *gamma, const double *epsilon,
             const double *signs, const double *coefficients, const double *positional, int period, double *tail,
             long n_tail, double *frame, int interval, double *logs)
{
    const double (*s)[M] = (const void *)signs, (*c)[M][J] = (const void *)coefficients,
                 (*p)[3][M] = (const void *)positional;
    long end = time + n_steps;
    for (int i = 0; i < K; i++)
        for (int d = 0; d < L; d++)
            memcpy(ring[i][((time - d) % L + L) % L], frame + (i * L + d) * M * W, sizeof(lane) * M);
    for (long t = time - L + 1; t <= end; t++) {
        int slot = (int)((t % L + L) % L);
        if (t <= time)
            memcpy(attention, window + (time - t) * M * W, sizeof attention);
        else {
            attend(gamma);
            if (K > 0) {
                jacobian_row((int)((t - 1 + L) % L), gamma, s, c);
                push(slot);
                if ((t - time) % interval == 0) orthonormalise(logs);
            }
        }
        token(slot, beta, epsilon, s, c, p[(t % period + period) % period]);
        if (t > end - n_tail) memcpy(tail + (t - end + n_tail - 1) * M * W, attention, sizeof attention);
        if (t > end - L) memcpy(window + (end - t) * M * W, attention, sizeof attention);
    }
    for (int i = 0; i < K; i++)
        for (int d = 0; d < L; d++)
            memcpy(frame + (i * L + d) * M * W, ring[i][((end - d) % L + L) % L], sizeof(lane) * M);
}
