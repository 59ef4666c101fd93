# SPDX-License-Identifier: GPL-2.0-or-later
"""A planned run on Spark: one partition for each shard that is not done.

	spark-submit spark.py RUN

RDD.pipe() of PySpark does not look at the exit status unless it is told to
(checkCode=True): a docrun that was killed would look like an empty answer.
Speculation does a shard twice, which does no harm.
"""
import subprocess
import sys


def command(run):
    """What a partition's lines, numbers of shards, are piped to."""
    return "xargs -n 1 docrun shard --run='%s'" % run.replace("'", "'\\''")


def todo(run):
    out = subprocess.run(["docrun", "todo", "--run=" + run], check=True,
                         stdout=subprocess.PIPE).stdout
    return out.decode().split()


def main(context, run):
    left = todo(run)
    if left:
        context.parallelize(left, len(left)).pipe(command(run),
                                                  checkCode=True).count()
    return subprocess.run(["docrun", "merge", "--run=" + run]).returncode


if __name__ == "__main__":
    from pyspark import SparkContext
    sys.exit(main(SparkContext(appName="docrun"), sys.argv[1]))
