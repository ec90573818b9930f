/* Quantiles of the normal distribution; see normal.h.
 *
 * In the middle, with w = p - 1/2, the quantile is sqrt(2 pi) (w + w^3 A(w^2)). Below exp(-2), with
 * x = sqrt(-2 log p), it is -(x - log(x) / x - B(1 / x) / x), where B has one fit for x < 8 and one
 * beyond. A and B are quotients of polynomials.
 * SPDX-License-Identifier: MIT */
#include "inference/normal.h"

#include <math.h>
#include <stdbool.h>

enum { DEGREE = 8 };

/* Both from the highest power on; the bottom's highest is 1 and not listed. */
struct fit {
    unsigned degree; /* of the top */
    double top[DEGREE + 1], bottom[DEGREE];
};

static const struct fit middle = {
    4,
    {-5.99633501014107895267E1, 9.80010754185999661536E1, -5.66762857469070293439E1,
     1.39312609387279679503E1, -1.23916583867381258016E0},
    {1.95448858338141759834E0, 4.67627912898881538453E0, 8.63602421390890590575E1,
     -2.25462687854119370527E2, 2.00260212380060660359E2, -8.20372256168333339912E1,
     1.59056225126211695515E1, -1.18331621121330003142E0}};

static const struct fit near_tail = {
    DEGREE,
    {4.05544892305962419923E0, 3.15251094599893866154E1, 5.71628192246421288162E1,
     4.40805073893200834700E1, 1.46849561928858024014E1, 2.18663306850790267539E0,
     -1.40256079171354495875E-1, -3.50424626827848203418E-2, -8.57456785154685413611E-4},
    {1.57799883256466749731E1, 4.53907635128879210584E1, 4.13172038254672030440E1,
     1.50425385692907503408E1, 2.50464946208309415979E0, -1.42182922854787788574E-1,
     -3.80806407691578277194E-2, -9.33259480895457427372E-4}};

static const struct fit far_tail = {
    DEGREE,
    {3.23774891776946035970E0, 6.91522889068984211695E0, 3.93881025292474443415E0,
     1.33303460815807542389E0, 2.01485389549179081538E-1, 1.23716634817820021358E-2,
     3.01581553508235416007E-4, 2.65806974686737550832E-6, 6.23974539184983293730E-9},
    {6.02427039364742014255E0, 3.67983563856160859403E0, 1.37702099489081330271E0,
     2.16236993594496635890E-1, 1.34204006088543189037E-2, 3.28014464682127739104E-4,
     2.89247864745380683936E-6, 6.79019408009981274425E-9}};

/* FACTOR times the quotient at X, in this order. */
static double scaled_quotient(double factor, const struct fit *fit, double x)
{
    double top = fit->top[0], bottom = x + fit->bottom[0];
    for (unsigned i = 1; i <= fit->degree; i++)
        top = top * x + fit->top[i];
    for (unsigned i = 1; i < DEGREE; i++)
        bottom = bottom * x + fit->bottom[i];
    return factor * top / bottom;
}

double lar_normal_quantile(double p)
{
    const double edge = 0.13533528323661269189, root_2pi = 2.50662827463100050242;
    if (p <= 0 || p >= 1)
        return p <= 0 ? -INFINITY : INFINITY;
    bool upper = p > 1 - edge;
    double y = upper ? 1 - p : p;
    if (y > edge) {
        double w = y - 0.5, square = w * w;
        return (w + w * scaled_quotient(square, &middle, square)) * root_2pi;
    }
    double x = sqrt(-2 * log(y)), z = 1 / x;
    double ret = x - log(x) / x - scaled_quotient(z, x < 8 ? &near_tail : &far_tail, z);
    return upper ? ret : -ret;
}
