// Before the first paint, so that a dark page never flashes white.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage is switched off: as the device says.
  }
  if (chosen) document.documentElement.dataset.theme = chosen;
}
