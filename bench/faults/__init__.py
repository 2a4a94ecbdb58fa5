"""The same faults for vitalstream and for what people would write instead: what each loses and repeats."""
