// Something that is read from the API: loading, there, or failed.
import { useCallback, useEffect, useState } from "../lib.js";

// `read` is async and is called again when one of `inputs` changes, or by `reload`.
// Gives { value, error, loading, reload, setValue }; the old value stays while a new one is read.
export function useResource(read, inputs = []) {
  const [state, setState] = useState({ value: null, error: null, loading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState((before) => ({ ...before, loading: true, error: null }));
    read(stop.signal).then(
      (value) => !stop.signal.aborted && setState({ value, error: null, loading: false }),
      (error) => !stop.signal.aborted && setState((before) => ({ ...before, error, loading: false })),
    );
    return () => stop.abort();
  }, [...inputs, round]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  const setValue = useCallback((change) => {
    setState((before) => ({
      ...before,
      value: typeof change === "function" ? change(before.value) : change,
    }));
  }, []);
  return { ...state, reload, setValue };
}

// A value that is kept for this tab across reloads, as JSON: drafts, filters.
export function useDraft(name, initial) {
  const place = `menura.draft.${name}`;
  const [value, setValue] = useState(() => {
    const kept = sessionStorage.getItem(place);
    return kept === null ? initial : JSON.parse(kept);
  });
  const change = useCallback((next) => {
    setValue((before) => {
      const after = typeof next === "function" ? next(before) : next;
      sessionStorage.setItem(place, JSON.stringify(after));
      return after;
    });
  }, [place]);
  return [value, change];
}
