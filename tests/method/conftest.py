"""What the tests of several calculations share: Harbours of other seeds, each made once for a whole test run."""

from functools import cache

import pytest


@pytest.fixture(scope="session")
def harbour(made_once):
    """A function (seed, groups): the tables of that Harbour and its truth, shared by all tests and workers."""

    # the generator stands beside the samples, and a kit may come without them
    from tests.method.harbour_seeds import SeedTables, seed_tables

    @cache
    def of(seed: int, groups: bool = True) -> SeedTables:
        def make(folder):
            seed_tables(seed, folder, groups=groups)

        folder, _ = made_once(f"harbour-{seed}-{'groups' if groups else 'continuum'}", make)
        return SeedTables(folder, seed, groups)

    return of
