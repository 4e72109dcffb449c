// What the scripts say to people.

export const WORDS = Object.freeze({
    live: "Live",
    behind: "Catching up",
    stale: (since) => `Not live since ${since}. This page may be out of date.`,
    away: (since) => `The router does not answer, since ${since}. If it cannot wait, ring.`,
    signedOut: "You are signed out. What this page showed is hidden.",
    signIn: "Sign in",
    again: "Try again",
    changed: "This has changed: show it",
    soundOff: "Turn sound on",
    soundOn: "Sound is on: hear it",
});
