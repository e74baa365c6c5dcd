// The pages work without any of this; each script makes a part of them nicer.

import { enhance } from "./features.js";

await enhance(document);
// Tests wait for this.
document.documentElement.dataset.scripts = "ready";
