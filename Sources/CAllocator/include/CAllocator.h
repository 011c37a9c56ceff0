/* Nothing to import: the target is a setting of the program that links it. */
