/* A chain of stocks moved by an ordered sweep, LANES draws side by side: the least that any program of this shape must do.
   LANES is given to the compiler. */

void sweep(double *restrict stocks, const double *restrict kept, const double *restrict capacity, int count, int steps)
{
    for (int step = 0; step < steps; step++) {
        double inflow[LANES] = {0};
        for (int stock = 0; stock < count; stock++) {
            double *y = stocks + stock * LANES;
            const double *k = kept + stock * LANES, *c = capacity + stock * LANES;
            for (int lane = 0; lane < LANES; lane++) {
                double before = y[lane], in = inflow[lane];
                double out = before + in - (before * k[lane] + in * (0.5 + 0.5 * k[lane]));
                out = out < c[lane] ? out : c[lane];
                out = out > 0.0 ? out : 0.0;
                y[lane] = before + in - out;
                inflow[lane] = out;
            }
        }
    }
}
