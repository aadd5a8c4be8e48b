"""Takes the viewer of the page `/docs` over from its npm package (Apache-2.0).

    npm pack swagger-ui-dist@5.35.0
    python scripts/vendor_api_viewer.py swagger-ui-dist-5.35.0.tgz

Writes two files of it, packed, and the licences of what they contain, to src/menura/api/viewer.
"""

import gzip
import hashlib
import json
import sys
import tarfile
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "src/menura/api/viewer"
VERSION = "5.35.0"
SHA512 = (
    "534eaba4cb56f55dd73c638179a993512af4674f63317e0826e00da44fc465b0"
    "21c341bc0a0c2bcd4e18997927fe1d3008336c5dd19aad334d1c2dec53cc9551"
)
PACKED = ("swagger-ui-bundle.js", "swagger-ui.css")
LICENCES = ("NOTICE", "LICENSE", "swagger-ui-bundle.js.LICENSE.txt")


def main(archive: Path) -> None:
    """Checks the package and writes its files."""
    if hashlib.sha512(archive.read_bytes()).hexdigest() != SHA512:
        raise SystemExit(f"{archive.name} is not swagger-ui-dist {VERSION}")
    FOLDER.mkdir(exist_ok=True)
    with tarfile.open(archive) as tar:

        def read(name: str) -> bytes:
            member = tar.extractfile(f"package/{name}")
            assert member is not None
            return member.read()

        about = json.loads(read("package.json"))
        assert (about["version"], about["license"]) == (VERSION, "Apache-2.0")
        for name in PACKED:
            # Without a time, so that the same package gives the same files.
            (FOLDER / f"{name}.gz").write_bytes(gzip.compress(read(name), 9, mtime=0))
        head = f"swagger-ui-dist {VERSION}, https://github.com/swagger-api/swagger-ui\n"
        texts = [head, *(read(name).decode() for name in LICENCES)]
        (FOLDER / "licence.txt").write_text("\n\n".join(texts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
