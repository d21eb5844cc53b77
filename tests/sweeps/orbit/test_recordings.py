"""Series from files."""

import numpy as np
import pytest
import xarray as xr

from sweeps import StoreError
from sweeps.orbit.recordings import read_series

TABLE = np.array([[1.0, 2.5], [3.0, -4.0], [5.0, 1e-3]])


@pytest.mark.parametrize("header", ["", "a,b"])
@pytest.mark.parametrize("delimiter", [",", ";", " "])
def test_tables(tmp_path, header, delimiter):
    file = tmp_path / "x.csv"
    np.savetxt(file, TABLE, delimiter=delimiter, header=header.replace(",", delimiter), comments="")
    if not header:
        file.write_text(file.read_text().lstrip("\n"))
    recording = read_series(file)
    np.testing.assert_array_equal(recording.samples, TABLE)
    assert recording.names == (("a", "b") if header else ("x1", "x2"))
    for column in ("2", "b" if header else "x2"):
        np.testing.assert_array_equal(read_series(file, [column]).samples, TABLE[:, 1:])
    np.testing.assert_array_equal(read_series(file, ["2", "1"]).samples, TABLE[:, ::-1])


def test_arrays(tmp_path):
    np.save(tmp_path / "x.npy", TABLE[:, 0])
    assert read_series(tmp_path / "x.npy").samples.shape == (3, 1)
    np.savez(tmp_path / "one.npz", x=TABLE, name=np.array("text"))
    np.testing.assert_array_equal(read_series(tmp_path / "one.npz").samples, TABLE)
    np.savez(tmp_path / "two.npz", x=TABLE, y=TABLE[:, 1])
    np.testing.assert_array_equal(read_series(tmp_path / "two.npz", ["y"]).samples, TABLE[:, 1:])
    with pytest.raises(StoreError, match="has these arrays that can be series: x, y; name one with --columns"):
        read_series(tmp_path / "two.npz")
    with pytest.raises(StoreError, match="x, y; name one"):
        read_series(tmp_path / "two.npz", ["z"])
    np.savez(tmp_path / "ours.npz", attention=TABLE, m_o_semantic=2 * TABLE)
    np.testing.assert_array_equal(read_series(tmp_path / "ours.npz").samples, 2 * TABLE)
    xr.Dataset({"x": (("step", "i"), TABLE)}).to_netcdf(tmp_path / "x.nc", engine="netcdf4")
    np.testing.assert_array_equal(read_series(tmp_path / "x.nc").samples, TABLE)
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    with pytest.raises(StoreError, match=r"array of shape \(2, 2, 2\): a series has one or two dimensions"):
        read_series(tmp_path / "cube.npy")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# of a map\n\na b\n1 2\n3 4\n", ("a", "b")),
        ("# a b\n1 2\n3 4\n", ("a", "b")),
        ("# of a map\n1 2\n3 4\n", ("x1", "x2")),
        ("# a, b\n1, 2\n3, 4  # the last\n", ("a", "b")),
    ],
)
def test_comments(tmp_path, text, names):
    (tmp_path / "x.txt").write_text(text)
    recording = read_series(tmp_path / "x.txt")
    assert recording.names == names
    np.testing.assert_array_equal(recording.samples, [[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no samples"),
        ("x,y\n", "holds no samples"),
        ("# nothing\n", "holds no samples"),
        ("1,2\n3\n", "number of columns changed from 2 to 1 at row 2$"),
    ],
)
def test_tables_without_a_series(tmp_path, text, message):
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(StoreError, match=message):
        read_series(tmp_path / "x.csv")


def test_complex_numbers_are_no_series(tmp_path):
    np.save(tmp_path / "x.npy", np.exp(1j * np.arange(20)))
    with pytest.raises(StoreError, match="holds complex128: a series has real numbers"):
        read_series(tmp_path / "x.npy")
