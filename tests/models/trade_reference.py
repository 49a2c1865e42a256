"""An independent, slow reference for the trade equilibrium: flows in loops and a general root finder.

Shares nothing with the package: it works on levels of flows, wages and prices, not on factors of shares, and solves
for all unknowns at once.
"""

import numpy as np
from scipy.optimize import root


def random_table(rng, n_regions, n_sectors, *, openness=0.5):
    """Random flows (seller, sector, buyer, using sector) and (seller, sector, buyer); every seller adds value."""
    shape = (n_regions, n_sectors)
    intermediate = rng.uniform(0.1, 1.0, (*shape, *shape))
    final = rng.uniform(0.5, 3.0, (*shape, n_regions))
    for i in range(n_regions):
        for n in range(n_regions):
            if i != n:
                intermediate[i, :, n, :] *= openness * rng.uniform(0.2, 1.0)
                final[i, :, n] *= openness * rng.uniform(0.2, 1.0)
    size = rng.uniform(0.5, 4.0, n_regions)
    intermediate *= size[None, None, :, None]
    final *= size[None, None, :]
    # scale inputs so that every sector keeps value added
    sales = intermediate.sum(axis=(2, 3)) + final.sum(axis=2)
    bought = intermediate.sum(axis=(0, 1))
    intermediate *= np.minimum(1.0, 0.5 * (sales / bought).min())
    return intermediate, final


def solve_reference(
    intermediate, final, theta, *, kept=None, tariff=None, balanced=True, start=None
):
    """Real income ratio, wages and import shares. ``kept`` multiplies demand; shapes (buyer, seller, sector)."""
    n_regions, n_sectors = final.shape[0], final.shape[1]
    regions, sectors = range(n_regions), range(n_sectors)
    flow = {}
    for n in regions:
        for i in regions:
            for j in sectors:
                flow[n, i, j] = sum(intermediate[i, j, n, k] for k in sectors) + final[i, j, n]
    spending = {(n, j): sum(flow[n, i, j] for i in regions) for n in regions for j in sectors}
    output = {(i, j): sum(flow[n, i, j] for n in regions) for i in regions for j in sectors}
    inputs = {
        (n, k, j): sum(intermediate[i, k, n, j] for i in regions) / output[n, j]
        for n in regions
        for k in sectors
        for j in sectors
    }
    added = {(n, j): 1.0 - sum(inputs[n, k, j] for k in sectors) for n in regions for j in sectors}
    income = [sum(added[n, j] * output[n, j] for j in sectors) for n in regions]
    demand = [sum(final[i, j, n] for i in regions for j in sectors) for n in regions]
    taste = {
        (n, j): sum(final[i, j, n] for i in regions) / demand[n] for n in regions for j in sectors
    }
    transfer = [0.0 if balanced else demand[n] - income[n] for n in regions]
    world = sum(income)

    def unpack(u):
        price = u[: n_regions * n_sectors].reshape(n_regions, n_sectors)
        wage = u[n_regions * n_sectors : n_regions * n_sectors + n_regions]
        spent = u[n_regions * n_sectors + n_regions :].reshape(n_regions, n_sectors)
        return price, wage, np.exp(spent)

    def shares(price, wage):
        cost = {
            (i, j): added[i, j] * wage[i] + sum(inputs[i, k, j] * price[i, k] for k in sectors)
            for i in regions
            for j in sectors
        }
        pull = {}
        for n in regions:
            for j in sectors:
                for i in regions:
                    keep = 1.0 if kept is None else kept[n, i, j]
                    duty = 0.0 if tariff is None else tariff[n, i, j]
                    base = flow[n, i, j] / spending[n, j] * keep
                    pull[n, i, j] = base * np.exp(-theta[j] * (cost[i, j] + np.log1p(duty)))
        return pull

    def system(u):
        price, wage, spent = unpack(u)
        pull = shares(price, wage)
        total = {(n, j): sum(pull[n, i, j] for i in regions) for n in regions for j in sectors}
        share = {(n, i, j): pull[n, i, j] / total[n, j] for n, i, j in pull}
        gaps = [price[n, j] + np.log(total[n, j]) / theta[j] for n in regions for j in sectors]
        net = {
            (n, i, j): share[n, i, j]
            * spent[n, j]
            / (1.0 + (0.0 if tariff is None else tariff[n, i, j]))
            for n, i, j in pull
        }
        sales = {(i, j): sum(net[n, i, j] for n in regions) for i in regions for j in sectors}
        for n in regions:
            # the world's factor income is the numeraire: it replaces one redundant equation
            if n == 0:
                gaps.append(sum(np.exp(wage[i]) * income[i] for i in regions) / world - 1.0)
            else:
                earned = sum(added[n, j] * sales[n, j] for j in sectors)
                gaps.append((earned - np.exp(wage[n]) * income[n]) / income[n])
        for n in regions:
            revenue = sum(
                share[n, i, j] * spent[n, j] - net[n, i, j] for i in regions for j in sectors
            )
            money = np.exp(wage[n]) * income[n] + revenue + transfer[n]
            for j in sectors:
                wanted = sum(inputs[n, j, k] * sales[n, k] for k in sectors) + taste[n, j] * money
                gaps.append((wanted - spent[n, j]) / world)
        return gaps

    if start is None:
        level = [[np.log(spending[n, j]) for j in sectors] for n in regions]
        start = np.concatenate([np.zeros(n_regions * n_sectors + n_regions), np.ravel(level)])
    found = root(system, start, method="hybr", options={"xtol": 1e-13, "maxfev": 200_000})
    assert np.abs(found.fun).max() < 1e-9, found.message
    price, wage, spent = unpack(found.x)
    pull = shares(price, wage)
    real = []
    for n in regions:
        revenue = 0.0
        for j in sectors:
            total = sum(pull[n, i, j] for i in regions)
            for i in regions:
                duty = 0.0 if tariff is None else tariff[n, i, j]
                revenue += spent[n, j] * pull[n, i, j] / total * duty / (1.0 + duty)
        money = np.exp(wage[n]) * income[n] + revenue + transfer[n]
        cost_of_living = np.exp(sum(taste[n, j] * price[n, j] for j in sectors))
        real.append(money / cost_of_living / (income[n] + transfer[n]))
    return np.array(real), np.exp(wage), np.exp(price), found.x
