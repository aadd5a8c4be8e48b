"""Takes the playground's libraries over from their npm packages.

    npm pack preact@11.2.0 htm@3.1.1 @preact/signals@2.11.4 @preact/signals-core@1.14.5
    python scripts/vendor_playground.py FOLDER_WITH_THE_PACKAGES

Writes one ES module for each to src/menura/playground/vendor, as published but for two things:
names of packages in imports become the files beside, since browsers know no packages, and the
pointer to a source map goes. Their licences are put together in licence.txt.
"""

import hashlib
import json
import re
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "src/menura/playground/vendor"


@dataclass(frozen=True)
class Package:
    """One npm package, and which of its files become which of ours."""

    name: str
    version: str
    licence: str
    home: str
    sha512: str
    files: dict[str, str]

    @property
    def archive(self) -> str:
        """The file that `npm pack` writes."""
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"


PACKAGES = (
    Package(
        "preact",
        "11.2.0",
        "MIT",
        "https://github.com/preactjs/preact",
        "fc77c723fecdf387ba1ab581277276f34cf798b6912620dc4af8ff03ecbfe006"
        "cb9cd0ffd549461ded6c47aa18b931b021dd273fb76a0d4f4e9cbc4c3d9ef106",
        {"dist/preact.mjs": "preact.js", "hooks/dist/hooks.mjs": "hooks.js"},
    ),
    Package(
        "htm",
        "3.1.1",
        "Apache-2.0",
        "https://github.com/developit/htm",
        "f7cdd5ca0f0dc1413b26467a3663aaa4267eb21d5b2afda2613954933956980e"
        "490f669c2a8c5de0a5716cc9b15fff399ad7dd9c399316834a720e43180bf135",
        {"dist/htm.mjs": "htm.js"},
    ),
    Package(
        "@preact/signals",
        "2.11.4",
        "MIT",
        "https://github.com/preactjs/signals",
        "45bfb944fa3d81649a1edcc979aba11f1882f0a3ff205d8310f9073c43863a7b"
        "b2db09c9cd1ab278b45a9e450261de800eab714ba1a7586bfa21edf8dddf1a63",
        {"dist/signals.mjs": "signals.js"},
    ),
    Package(
        "@preact/signals-core",
        "1.14.5",
        "MIT",
        "https://github.com/preactjs/signals",
        "bdc46fec8b72cf925599e895a8896e2c5cd3fcf0d2fc09611d4a70dff6945aa7"
        "1552ce9b0c620f5c4ffa4520b87af04d598be79e2a338394b27e3df76a5de092",
        {"dist/signals-core.mjs": "signals-core.js"},
    ),
)
BESIDE = {
    "preact": "./preact.js",
    "preact/hooks": "./hooks.js",
    "@preact/signals-core": "./signals-core.js",
}
_IMPORT = re.compile(r'(?<=\bfrom)(\s*)"([^".][^"]*)"|(?<=\bimport)(\s*)"([^".][^"]*)"')


def main(archives: Path) -> None:
    """Checks the packages and writes their files."""
    FOLDER.mkdir(exist_ok=True)
    notices = ["Libraries of the playground, taken over by scripts/vendor_playground.py."]
    for package in PACKAGES:
        archive = archives / package.archive
        if hashlib.sha512(archive.read_bytes()).hexdigest() != package.sha512:
            raise SystemExit(f"{archive.name} is not {package.name} {package.version}")
        with tarfile.open(archive) as tar:
            about = json.loads(_read(tar, "package.json"))
            assert (about["version"], about["license"]) == (package.version, package.licence)
            for source, name in package.files.items():
                (FOLDER / name).write_text(browser_module(_read(tar, source)))
            head = f"{package.name} {package.version}, {package.licence}, {package.home}"
            notices.append(f"{head}\n\n{_read(tar, 'LICENSE').strip()}")
    (FOLDER / "licence.txt").write_text("\n\n\n".join(notices) + "\n")


def browser_module(text: str) -> str:
    """A module with the paths of files in its imports. Raises KeyError for an unknown package."""

    def place(found: re.Match[str]) -> str:
        blank = found[1] or found[3] or ""
        return f'{blank}"{BESIDE[found[2] or found[4]]}"'

    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
    return _IMPORT.sub(place, text).rstrip() + "\n"


def _read(tar: tarfile.TarFile, name: str) -> str:
    member = tar.extractfile(f"package/{name}")
    assert member is not None
    return member.read().decode()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
