"""Run every benchmark, one after the other, each in a process of its own.

    python -m benchmarks [--quick]

Each file also runs alone, with options of its own. A peer that is not installed is named as skipped by its file.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.hessian_trace import machine

QUICK = {  # file -> the options that make it short: for a look, not for quoting
    "hessian_trace": ["10"],
    "label_noise_sgd": ["--runs", "64", "--repeats", "1", "--seconds", "0.02"],
    "sharpness": ["--quick"],
    "dufm": ["--quick"],
    "extremal": ["--quick"],
    "coordinates": ["--quick"],
}


def run(name, options, processor):
    """Run one file and pass on what it prints, less its own line about the machine; its exit code."""
    script = Path(__file__).with_name(f"{name}.py")
    print(f"\n==> {name}", flush=True)
    if not script.is_file():
        print(f"skipped: {script.name} is not here")
        return 0
    command = [sys.executable, str(script), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        for line in process.stdout:
            if not line.removeprefix("machine: ").startswith(processor):
                print(line, end="", flush=True)
    return process.returncode


def main():
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="short runs: rough figures in under two minutes")
    quick = options.parse_args().quick
    described = machine()
    print(f"machine: {described}")
    codes = [run(name, QUICK[name] if quick else [], described.split(",")[0]) for name in QUICK]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
