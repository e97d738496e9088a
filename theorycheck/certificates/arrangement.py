"""The ninth part of the checker of certificates: complete lists of extremal vectors, for inputs of rank at most 3.

D_n(w) = 1/n sum of y_i x_i over the samples with w.x_i > 0; samples with w.x_i = 0 add a set. D is extremal if it lies
in D_n(w) for w = D, w = -D, or D = 0 and any w that is not orthogonal to all samples.

The hyperplanes orthogonal to the samples cut space into faces, relatively open cones, told by their signs. Let V be the
span of a face and A the part of D_n that is fixed on it. What the samples on the kink add is orthogonal to V, and a D
that is parallel to a w of the face lies in V, so it is the projection of A onto V: at most one D a face. It is extremal
where it or its negative lies in the face, or it is 0, and where D - A is what the samples on the kink can add.

Like the first part it needs only Python's standard library and python-flint; it uses the names of `check` and `relu`.
"""

from itertools import chain, combinations

from flint import fmpq, fmpq_mat, fmpz

from theorycheck.certificates.check import KINDS, ZERO, brief, dot, require, total, verify
from theorycheck.certificates.relu import leaky, numbers, strings, whole

# ---- end of imports

__all__ = ["verify"]
MOST_LINES = {1: 1, 2: 600, 3: 60}  # different hyperplanes that are gone through, by the rank of the inputs
MOST_WORK = 7 * 10**7  # about ten seconds
MOST_ENDS = 3 * 10**5  # steps for one ray
READINGS = {
    "weights": "each sample on a kink has a weight of its own from 0 to 1",
    "limits": "on a kink D_n is the convex hull of its values around",
}


def scaled(a, s):
    """A multiple of a vector."""
    return tuple(s * v for v in a)


def plus(*vectors):
    """The sum of vectors."""
    return tuple(map(total, zip(*vectors, strict=True)))


def primitive(v):
    """The shortest vector of whole numbers on the ray of a nonzero vector."""
    d = fmpz(1)
    for q in v:
        d = d.lcm(q.q)
    whole_ones = [(q * d).p for q in v]
    g = fmpz(0)
    for k in whole_ones:
        g = g.gcd(k)
    return tuple(int(k // g) for k in whole_ones)


def signs_of(vectors, normals):
    """The signs of the inner products of a vector with all normals, for each vector."""
    table = (
        fmpq_mat([list(map(fmpq, v)) for v in vectors]) * fmpq_mat([list(map(fmpq, v)) for v in normals]).transpose()
    )
    return [tuple((v > 0) - (v < 0) for v in row) for row in table.tolist()]


class Hyperplanes:
    """The different hyperplanes orthogonal to samples, and what the samples of each add to n D_n on its two sides."""

    def __init__(self, net):
        X, basis = net.X, []
        for x in X:
            if len(basis) < 4 and fmpq_mat([*basis, x]).rank() > len(basis):
                basis.append(x)
        self.rank = len(basis)
        require(1 <= self.rank <= 3, "the rank of the inputs is not 1, 2 or 3")
        seen, members = fmpq_mat(X) * fmpq_mat(basis).transpose(), {}
        for i, row in enumerate(seen.tolist()):
            if any(row):
                v = primitive(row)
                lead = next(k for k in v if k)
                members.setdefault(tuple(k if lead > 0 else -k for k in v), []).append((i, lead > 0))
        # The normal as seen from the span: of w = sum_k c_k basis_k, sign(w.x) = sign(c.normal).
        self.normals = [*members]
        require(len(self.normals) <= MOST_LINES[self.rank], "too many different hyperplanes")
        bits = max(v.height_bits() for row in (*X, net.y) for v in row)
        require(len(self.normals) ** self.rank * (60 + bits) <= MOST_WORK, "too many hyperplanes for so long numbers")
        self.zero, self.rows, self.each, self.sides = scaled(X[0], ZERO), [], [], []
        for samples in members.values():
            force = [(scaled(X[i], net.y[i]), up) for i, up in samples]
            ends = [plus(self.zero, *(g for g, _ in force if j * dot(g, X[samples[0][0]]) > 0)) for j in (1, -1)]
            self.each.append([g for g in ends if any(g)])  # of parallel segments: their sum is that of two
            self.sides.append([plus(self.zero, *(g for g, up in force if up is side)) for side in (True, False)])
            self.rows.append(scaled(X[samples[0][0]], 1 if samples[0][1] else -1))

    def around(self, through):
        """What the cells around a face add on the hyperplanes through it, one vector a cell."""
        signs = {s for s in faces_of(flattened([self.normals[j] for j in through])) if all(s)}
        return [plus(self.zero, *(self.sides[j][s < 0] for j, s in zip(through, cell, strict=True))) for cell in signs]

    def fixed(self, face):
        """What the other hyperplanes add: A, times n."""
        return plus(self.zero, *(self.sides[j][s < 0] for j, s in enumerate(face) if s))


def flattened(normals):
    """Vectors of rank 1 or 2 in coordinates of that size, up to a linear map of full rank."""
    reduced, r = fmpq_mat([list(map(fmpq, v)) for v in normals]).rref()
    pivots = [next(j for j in range(reduced.ncols()) if reduced[i, j] != 0) for i in range(r)]
    return [tuple(v[j] for j in pivots) for v in normals]


def turned(line):
    """The two rays orthogonal to a vector of the plane."""
    return (-line[1], line[0]), (line[1], -line[0])


def ring(rays):
    """Rays of the plane, once around."""

    def place(v):
        x, y = v
        below = y < 0 or (y == 0 and x < 0)
        return (below, y != 0, fmpq(-x) / fmpq(y) if y else ZERO)

    return sorted(rays, key=place)


def between(a, b):
    """The signs of the face between two rays that are neighbours."""
    require(all(p * q >= 0 for p, q in zip(a, b, strict=True)), "the faces do not fit together")
    return tuple(p or q for p, q in zip(a, b, strict=True))


def neighbours(rays):
    """Pairs of neighbours, once around."""
    return zip(rays, [*rays[1:], rays[0]], strict=True)


def faces_of(normals):
    """The signs of all faces but the common one of different hyperplanes, whose normals span 1, 2 or 3 dimensions."""
    if len(normals[0]) == 1:
        return {(1,), (-1,)}
    if len(normals[0]) == 2:
        rays = signs_of(ring({ray for line in normals for ray in turned(line)}), normals)
        return {*rays} | {between(p, q) for p, q in neighbours(rays)}
    return _space_faces(normals)


def _space_faces(normals):
    rays = {cross(a, b) for a, b in combinations(normals, 2)}
    rays = [*{ray for v in rays for ray in (v, scaled(v, -1))}]
    signs = dict(zip(rays, signs_of(rays, normals), strict=True))
    edges = set(chain(*(_in_plane(k, normal, signs) for k, normal in enumerate(normals))))
    cells = {tuple(s or side for s in edge) for edge in edges for side in (1, -1)}
    require(all(edge.count(0) == 1 for edge in edges), "two hyperplanes are the same")
    require(len(rays) - len(edges) + len(cells) == 2, "the faces are not all there")  # Euler
    return {*signs.values()} | edges | cells


def _in_plane(k, normal, signs):
    """The two-dimensional faces in a hyperplane."""
    drop = next(j for j, v in enumerate(normal) if v)
    flat = {tuple(v for j, v in enumerate(ray) if j != drop): s for ray, s in signs.items() if s[k] == 0}
    rays = ring(flat)
    return [between(flat[p], flat[q]) for p, q in neighbours(rays)]


def cross(a, b):
    """The primitive vector orthogonal to two independent vectors of space."""
    v = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return primitive([fmpq(k) for k in v])


# ---- one face -------------------------------------------------------------------------------------------------------


def extremal_on(face, planes, reading):
    """(n D, side) of the extremal vector of a face, or None."""
    A, basis = planes.fixed(face), []
    for j in (j for j, s in enumerate(face) if s == 0):
        rest = without(planes.rows[j], basis)
        basis += [rest] if any(rest) else []
    D = without(A, basis)
    side = sided(D, face, planes.rows)
    if side is None or not added(plus(A, scaled(D, -1)), face, planes, basis, reading):
        return None
    return D, side


def without(v, basis):
    """The part of a vector that is orthogonal to orthogonal ones."""
    return plus(v, *(scaled(b, -dot(v, b) / dot(b, b)) for b in basis))


def sided(D, face, rows):
    """1 where D lies in the face, -1 where its negative does, 0 where it is 0; else None."""
    if not any(D):
        return 0
    side = 0
    for s, x in zip(face, rows, strict=True):
        if s:
            v = dot(x, D)
            here = s * ((v > 0) - (v < 0))
            if here == 0 or here == -side:
                return None
            side = here
    return side


def added(p, face, planes, basis, reading):
    """Whether the samples on the kink can add -p: whether p.v + the most that they add along v is never negative.

    For a convex polygon in the plane, a segment or a point, it is enough that v is orthogonal to an edge, along an
    edge, or in a basis. What they can add is a sum of segments, or the hull of the values in the cells around.
    """
    through = [j for j, s in enumerate(face) if s == 0]
    if not through:
        return not any(p)
    own = [g for j in through for g in planes.each[j]]
    ends = planes.around(through) if reading == "limits" else []
    require(len(ends) ** 3 <= MOST_ENDS, "too many hyperplanes through a ray")
    edges = [plus(a, scaled(b, -1)) for a, b in combinations(ends, 2)] if ends else own

    def most(v):
        return max(dot(v, end) for end in ends) if ends else total(max(dot(v, g), ZERO) for g in own)

    tests = [*basis, *edges]
    if len(basis) == 2:
        a, b = basis
        tests += [plus(scaled(a, dot(b, g)), scaled(b, -dot(a, g))) for g in edges]
    return all(dot(p, v) + most(v) >= 0 for v in chain(tests, (scaled(v, -1) for v in tests)))


def extremal_vectors(net, reading):
    """The pairs (D, side) of all faces, and the number of cells."""
    require(net.slope == 0 and reading in READINGS, "only for the ReLU, and weights or limits at kinks")
    planes = Hyperplanes(net)
    faces = faces_of(planes.normals)
    hits = [hit for face in faces if (hit := extremal_on(face, planes, reading))]
    return {(scaled(D, fmpq(1, net.n)), side) for D, side in hits}, sum(all(face) for face in faces)


def check_extremal_list(c, net):
    """All extremal vectors, found by going through all faces."""
    net, reading = leaky(net), c["reading"]
    found, cells = extremal_vectors(net, reading)
    require(whole(c["cells"], cells, cells), f"there are {cells} cells")
    told = [(tuple(numbers(entry, "D", net.d)), entry["side"]) for entry in c["list"]]
    require(
        all(whole(side, -1, 1) for _, side in told) and len({*told}) == len(told), "an entry is wrong or twice there"
    )
    require({*told} == found, f"{len({*told} - found)} entries are wrong, {len(found - {*told})} are missing")
    where = {0: "0", 1: "w = D", -1: "w = -D"}
    text = brief([[*strings(D), where[side]] for D, side in told])
    return (
        f"the extremal vectors D in D_n(w), {len(told)}, are {text}, where {READINGS[reading]}; the hyperplanes "
        f"orthogonal to the samples cut space into {cells} cells"
    )


KINDS |= {"extremal list": check_extremal_list}
