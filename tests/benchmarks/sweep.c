/* A chain of stocks moved by an ordered sweep, AT_ONCE draws side by side: the least that any program of this shape must do.
   AT_ONCE is given to the compiler. */

void sweep(double *restrict stocks, const double *restrict kept, const double *restrict capacity, int count, int steps)
{
    for (int step = 0; step < steps; step++) {
        double inflow[AT_ONCE] = {0};
        for (int stock = 0; stock < count; stock++) {
            double *y = stocks + stock * AT_ONCE;
            const double *k = kept + stock * AT_ONCE, *c = capacity + stock * AT_ONCE;
            for (int draw = 0; draw < AT_ONCE; draw++) {
                double before = y[draw], in = inflow[draw];
                double out = before + in - (before * k[draw] + in * (0.5 + 0.5 * k[draw]));
                out = out < c[draw] ? out : c[draw];
                out = out > 0.0 ? out : 0.0;
                y[draw] = before + in - out;
                inflow[draw] = out;
            }
        }
    }
}
