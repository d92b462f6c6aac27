#!/usr/bin/env python3
"""Measures faultscope beside the tools people would use instead, in turn, and prints medians and ratios.

    cargo build --release && cargo run --release --example make-corpus -- json 1G /tmp/bench/json
    benches/compare.py target/release/faultscope /tmp/bench/json [--pairs 5] [--threads 4]

The directory's name says which corpus it is: json, nginx, text or mixed. Peers that are not installed are left out: rg, DuckDB
(`pip install duckdb`), jq, goaccess. Every pair is one run of the product and one of the peer, so that both meet the same load
of the machine; ratios are medians of the pairs' ratios. A peer does less than the product: see "less" in the table.
"""

import argparse
import glob
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

DUCKDB = """
import duckdb, sys
duckdb.sql("set threads=%(threads)d")
rows = "read_json(['" + "','".join(sys.argv[1:]) + "'], format='newline_delimited', columns={timestamp:'TIMESTAMP', " + \
    "\\"gen_ai.request.model\\":'VARCHAR', \\"url.path\\":'VARCHAR', \\"http.response.status_code\\":'INT', x_request_id:'VARCHAR', " + \
    "x_client_request_id:'VARCHAR', duration_ms:'INT'})"
duckdb.sql("create table lines as select * from " + rows)
duckdb.sql("select date_trunc('minute', timestamp), \\"gen_ai.request.model\\", \\"url.path\\", \\"http.response.status_code\\", count(*), "
           "quantile_cont(duration_ms, 0.95) from lines group by 1,2,3,4").fetchall()
duckdb.sql("select x_request_id, x_client_request_id from lines where \\"http.response.status_code\\" >= 500").fetchall()
"""

GOACCESS = '%h %^[%d:%t %^] "%r" %s %b "%R" "%u" rt=%T %^'


def peers(kind, files, threads):
    """Name, command and what the peer leaves out, of those that are installed."""
    rg = {
        "json": ["-c", '"http.response.status_code":5..'],
        "nginx": ["-c", '" 5.. '],
        "text": ["-c", "-e", "HTTP/1.1 5", "-e", "Error code: 5"],
        "mixed": ["-z", "-c", '"http.response.status_code":5..'],
    }[kind]
    found = [("cat", ["cat", *files], "everything")]
    found.append(("rg", ["rg", f"-j{threads}", *rg, *files], "one count, nothing parsed"))
    if kind == "json" and importlib.util.find_spec("duckdb"):
        found.append(("DuckDB", [sys.executable, "-c", DUCKDB % {"threads": threads}, *files], "no windows, no join, no report"))
    if kind == "json":
        query = 'select(."http.response.status_code">=500)|[.timestamp[0:16],.x_request_id]'
        found.append(("jq", ["jq", "-c", query, *files], "one filter"))
    if kind == "nginx":
        options = ["--log-format", GOACCESS, "--date-format", "%d/%b/%Y", "--time-format", "%H:%M:%S", "--no-progress"]
        found.append(("goaccess", ["goaccess", *files, *options, "-o", "GOACCESS.json"], "no ids, no windows"))
    return [(name, command, less) for name, command, less in found if shutil.which(command[0])]


def run(command, folder):
    """Wall seconds, CPU seconds and peak MB of one run."""
    with open(os.devnull, "wb") as nothing:
        begun = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=nothing, stderr=nothing)
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faultscope")
    parser.add_argument("corpus")
    parser.add_argument("--kind", choices=["json", "nginx", "text", "mixed"])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", nargs="*", help="these peers only (jq and goaccess take minutes for a gigabyte)")
    options = parser.parse_args()
    corpus = os.path.abspath(options.corpus)
    kind = options.kind or os.path.basename(corpus.rstrip("/"))
    files = sorted(file for file in glob.glob(f"{corpus}/**", recursive=True) if os.path.isfile(file) and ".log" in file)
    size = sum(os.path.getsize(file) for file in files) / 1e9
    product = [os.path.abspath(options.faultscope), "analyze", *files, "--threads", str(options.threads), "--report", "json", "-q"]
    print(f"{kind}: {len(files)} files, {size:.3f} GB, {options.threads} threads, {options.pairs} pairs, warm cache, medians")
    print(f"{'':10} {'wall s':>8} {'CPU s':>8} {'CPU s/GB':>9} {'peak MB':>8} {'wall ratio (min..max)':>24} {'CPU ratio':>10}  less")
    with tempfile.TemporaryDirectory() as folder:
        run(product, folder)
        own, rows = [], []
        for name, command, less in peers(kind, files, options.threads):
            if options.only is not None and name not in options.only:
                continue
            pairs = [(run(product, folder), run(command, folder)) for _ in range(options.pairs)]
            own += [product_run for product_run, _ in pairs]
            rows.append((name, less, [peer for _, peer in pairs], pairs))
        show("faultscope", own or [run(product, folder) for _ in range(options.pairs)], size, "", "")
        for name, less, runs, pairs in rows:
            walls = sorted(mine[0] / theirs[0] for mine, theirs in pairs)
            ratio = f"{statistics.median(walls):.3f} ({walls[0]:.3f}..{walls[-1]:.3f})"
            show(name, runs, size, ratio, f"{statistics.median(mine[1] / theirs[1] for mine, theirs in pairs):.3f}", less)


def show(name, runs, size, wall_ratio, cpu_ratio, less=""):
    wall, cpu, peak = (statistics.median(column) for column in zip(*runs))
    print(f"{name:10} {wall:8.3f} {cpu:8.3f} {cpu / size:9.2f} {peak:8.0f} {wall_ratio:>24} {cpu_ratio:>10}  {less}")


if __name__ == "__main__":
    main()
