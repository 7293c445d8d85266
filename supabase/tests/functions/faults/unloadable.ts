/** Stands where a package stands, in a deployment from which it is missing. */
throw new Error("this module cannot be loaded for Zebulon");
