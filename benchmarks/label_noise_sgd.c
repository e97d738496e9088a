/* The step of label-noise SGD for z^3 + z, sizes N, D, M given by -D, written twice: plainly, one run after the other,
   and with eight runs in each vector. Loss: sum of squares. Both draw their noise inside, 64 signs a word. */
#include <stdint.h>

typedef double eight __attribute__((vector_size(64)));

static inline uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t next(uint64_t *s) { /* xoshiro256++ */
    uint64_t result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotate(s[3], 45);
    return result;
}

void plain_full(double *theta, const double *X, const double *y, double rate, double sigma, long steps, uint64_t *s) {
    uint64_t word = 0; int left = 0;
    for (long t = 0; t < steps; t++) {
        double slope[N][M], r[N];
        for (int i = 0; i < N; i++) {
            double f = 0;
            for (int j = 0; j < M; j++) {
                double z = 0;
                for (int k = 0; k < D; k++) z += theta[j * D + k] * X[i * D + k];
                f += z * z * z + z;
                slope[i][j] = 3 * z * z + 1;
            }
            if (!left) { word = next(s); left = 64; }
            r[i] = rate * (f - y[i] - ((word & 1) ? sigma : -sigma));
            word >>= 1; left--;
        }
        for (int j = 0; j < M; j++)
            for (int i = 0; i < N; i++) {
                double pull = r[i] * slope[i][j];
                for (int k = 0; k < D; k++) theta[j * D + k] -= pull * X[i * D + k];
            }
    }
}

void plain_one(double *theta, const double *X, const double *y, double rate, double sigma, long steps, uint64_t *s) {
    for (long t = 0; t < steps; t++) {
        uint64_t word = next(s);
        int i = (int)(((word >> 32) * N) >> 32);
        const double *x = X + i * D;
        double slope[M], f = 0;
        for (int j = 0; j < M; j++) {
            double z = 0;
            for (int k = 0; k < D; k++) z += theta[j * D + k] * x[k];
            f += z * z * z + z;
            slope[j] = 3 * z * z + 1;
        }
        double r = rate * (f - y[i] - ((word & 1) ? sigma : -sigma));
        for (int j = 0; j < M; j++)
            for (int k = 0; k < D; k++) theta[j * D + k] -= r * slope[j] * x[k];
    }
}

void eight_full(eight *theta, const double *X, const double *y, double rate, double sigma, long steps, uint64_t *s) {
    uint64_t word = 0; int left = 0;
    for (long t = 0; t < steps; t++) {
        eight slope[N][M], r[N];
        for (int i = 0; i < N; i++) {
            eight f = {0}, e;
            for (int j = 0; j < M; j++) {
                eight z = {0};
                for (int k = 0; k < D; k++) z += theta[j * D + k] * X[i * D + k];
                eight q = z * z;
                f += (q + 1) * z;
                slope[i][j] = 3 * q + 1;
            }
            if (!left) { word = next(s); left = 8; }
            for (int b = 0; b < 8; b++) e[b] = ((word >> b) & 1) ? sigma : -sigma;
            word >>= 8; left--;
            r[i] = rate * (f - y[i] - e);
        }
        for (int j = 0; j < M; j++)
            for (int i = 0; i < N; i++) {
                eight pull = r[i] * slope[i][j];
                for (int k = 0; k < D; k++) theta[j * D + k] -= pull * X[i * D + k];
            }
    }
}

void eight_one(eight *theta, const double *X, const double *y, double rate, double sigma, long steps, uint64_t *s) {
    for (long t = 0; t < steps; t++) {
        eight slope[M], x[D], label, e, f = {0};
        for (int b = 0; b < 8; b++) {
            uint64_t word = next(s);
            int i = (int)(((word >> 32) * N) >> 32);
            for (int k = 0; k < D; k++) x[k][b] = X[i * D + k];
            label[b] = y[i];
            e[b] = (word & 1) ? sigma : -sigma;
        }
        for (int j = 0; j < M; j++) {
            eight z = {0};
            for (int k = 0; k < D; k++) z += theta[j * D + k] * x[k];
            eight q = z * z;
            f += (q + 1) * z;
            slope[j] = 3 * q + 1;
        }
        eight r = rate * (f - label - e);
        for (int j = 0; j < M; j++) {
            eight pull = r * slope[j];
            for (int k = 0; k < D; k++) theta[j * D + k] -= pull * x[k];
        }
    }
}
