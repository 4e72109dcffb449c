// Tells whether somebody has changed a field since its page came.

export function isTyped(field) {
    if (field.type === "hidden")
        return false;
    if (field.options) {
        const first = Array.from(field.options).findIndex((option) => option.defaultSelected);
        return field.selectedIndex !== Math.max(first, 0);
    }
    return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
}
