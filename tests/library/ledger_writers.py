"""Books charges from many processes at once: `python ledger_writers.py DATABASE WRITERS CHARGES`.

Each writer says which process it is, then the reference of every charge once it is booked.
"""

import os
import sys
from pathlib import Path

from menura.library.database import Database
from menura.library.ledger import Charge, Ledger


def write(path: Path, writer: int, charges: int) -> None:
    """Books the charges of one writer; charge n costs n thousandths of a credit."""
    say(f"pid {writer} {os.getpid()}")
    database = Database(path)
    ledger = Ledger(database)
    for number in range(1, charges + 1):
        reference = f"{writer}:{number}"
        ledger.book(Charge("o", reference, "tts", "menura-1", number))
        say(f"booked {reference}")
    database.close()


def say(line: str) -> None:
    """Writes a line in one piece, so that those of several processes do not mix."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def main() -> None:
    """Forks the writers, so that the libraries are read once, and waits for them."""
    path, writers, charges = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for writer in range(writers):
        if os.fork() == 0:
            write(path, writer, charges)
            os._exit(0)
    for _ in range(writers):
        os.wait()


if __name__ == "__main__":
    main()
