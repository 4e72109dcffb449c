// What the scripts say to people.

export const WORDS = Object.freeze({
    live: "Live",
    behind: "Catching up",
    stale: (since) => `Not live since ${since}. This page may be out of date.`,
    away: (since, ring) => `The router does not answer, since ${since}. If it cannot wait, ring: ${ring}.`,
    signedOut: "You are signed out. What this page showed is hidden.",
    signedOutTyped: "You are signed out. What this page showed is hidden, but for what you typed.",
    signIn: "Sign in",
    again: "Try again",
    changed: "This has changed: show it",
    soundOff: "Turn sound on",
    soundOn: "Sound is on: hear it",
});
