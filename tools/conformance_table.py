"""What became of the tests that tools/conformance ran: the page for api-ref on standard output, counts and names on
standard error."""

import csv
import pathlib
import sys

LISTS = {
    "OpenStack Powered Compute 2020.06": "tempest-interop.txt",
    "What Nova 34 passes on one machine": "tempest-compute.txt",
    "The guideline's identity and image part": "tempest-alone.txt",
}
PAGE = """\
Conformance
===========

Tests of Tempest {tempest} that pass against nova-docker with its own identity, image and network services and servers in
Docker. ``tools/conformance`` runs them and writes this page. The guideline's tests log in to their servers. A test that
is in both lists is run once.

"""


def outcomes(files):
    """Test name (without its attributes) to passed, failed or skipped."""
    found = {}
    for file in files:
        for row in csv.DictReader(open(file)):
            status = {"success": "passed", "skip": "skipped", "xfail": "passed"}.get(row["status"], "failed")
            found[row["test"].split("[")[0]] = status
    return found


def of_class(name, found):
    """What a test's class said when the test itself was never reached."""
    setup = found.get(f"setUpClass ({name.rsplit('.', 1)[0]})", "failed")
    return "failed" if setup == "passed" else setup


def table(rows):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    line = " ".join("=" * width for width in widths)
    text = [" ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return "\n".join([line, text[0], line, *text[1:], line])


def main(tempest, *files):
    found = outcomes(files)
    rows, rest = [("List", "Tests", "Passed", "Failed", "Skipped")], {}
    for title, file in LISTS.items():
        names = (pathlib.Path(__file__).parent / file).read_text().split()
        results = {name: found.get(name) or of_class(name, found) for name in names}
        counts = [sum(result == kind for result in results.values()) for kind in ("passed", "failed", "skipped")]
        rows.append((title, len(names), *counts))
        rest.update({name: result for name, result in results.items() if result != "passed"})
    page = PAGE.format(tempest=tempest) + table(rows) + "\n"
    if rest:
        page += "\nWhat does not pass:\n\n"
        page += table([("Test", "Outcome"), *((f"``{name}``", rest[name]) for name in sorted(rest))]) + "\n"
    sys.stdout.write(page)
    print(page.split("\n\n", 2)[2], file=sys.stderr)


main(*sys.argv[1:])
