"""The pairs that cost least together (the assignment problem; Hungarian method with potentials, as
in H. W. Kuhn 1955, in the form with shortest augmenting paths, O(rows² · columns))."""

from collections.abc import Sequence
from math import inf


def assign(costs: Sequence[Sequence[float]]) -> list[int]:
    """The column of each row. There must be at least as many columns as rows, and every cost
    finite; the sum of the costs is the least there is."""
    rows, columns = len(costs), len(costs[0]) if costs else 0
    of_row, of_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    taken_by = [0] * (columns + 1)  # row of each column, both counted from 1; 0: none
    for row in range(1, rows + 1):
        taken_by[0] = row
        column = 0
        least, way, seen = [inf] * (columns + 1), [0] * (columns + 1), [False] * (columns + 1)
        while taken_by[column]:
            seen[column] = True
            here, base = taken_by[column], of_row[taken_by[column]]
            line, step, then = costs[here - 1], inf, 0
            for other in range(1, columns + 1):
                if seen[other]:
                    continue
                cost = line[other - 1] - base - of_column[other]
                if cost < least[other]:
                    least[other], way[other] = cost, column
                if least[other] < step:
                    step, then = least[other], other
            for other in range(columns + 1):
                if seen[other]:
                    of_row[taken_by[other]] += step
                    of_column[other] -= step
                else:
                    least[other] -= step
            column = then
        while column:
            taken_by[column] = taken_by[way[column]]
            column = way[column]
    pairs = {taken_by[column]: column - 1 for column in range(1, columns + 1) if taken_by[column]}
    return [pairs[row] for row in range(1, rows + 1)]
