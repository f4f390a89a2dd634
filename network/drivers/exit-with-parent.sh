#!/bin/sh
# Runs a program that ends when the process that started it is gone: then the pipe on descriptor 3 closes.
"$@" 3<&- &
program=$!
(
  read -r _ <&3 || :
  kill -TERM "$program" 2>/dev/null
  sleep 3
  kill -KILL "$program" 2>/dev/null
) >/dev/null 2>&1 &
watch=$!
exec 3<&-
trap 'kill -TERM "$program" 2>/dev/null' TERM
wait "$program"
status=$?
while kill -0 "$program" 2>/dev/null; do
  wait "$program"
  status=$?
done
kill -KILL "$watch" 2>/dev/null
exit "$status"
