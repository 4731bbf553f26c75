declare const brand: unique symbol;

/** A value that the compiler keeps apart from others of the same shape; it costs nothing at run time. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };

/** A number of bytes. */
export type Bytes = Brand<number, 'Bytes'>;

/** Thousandths of a CPU core. */
export type MilliCpu = Brand<number, 'MilliCpu'>;
