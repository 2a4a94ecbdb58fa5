"""Networks: derived inputs, verified sessions, fixed batches."""

import os

# onnxruntime's wheels report their use to their maker, unless told not to before they are imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
