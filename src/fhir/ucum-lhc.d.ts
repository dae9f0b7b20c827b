/** The part of @lhncbc/ucum-lhc that Lontar uses; the package ships no types. */
declare module '@lhncbc/ucum-lhc' {
  export interface UcumUnit {
    readonly name_: string;
    readonly csCode_: string;
    /** Factor to base units (metre, second, gram, radian, kelvin, coulomb, candela). */
    readonly magnitude_: number;
    /** Exponents of the base units, or null for a dimensionless unit. */
    readonly dim_: { readonly dimVec_: readonly number[] | null } | null;
    /** Conversion function of special units such as Cel. */
    readonly cnv_: string | null;
    readonly isArbitrary_: boolean;
  }
  export interface UcumUtilities {
    validateUnitString(
      unit: string,
      suggest?: boolean,
    ): { readonly status: 'valid' | 'invalid' | 'error'; readonly ucumCode: string | null };
    convertUnitTo(
      fromUnit: string,
      value: number,
      toUnit: string,
    ): { readonly status: 'succeeded' | 'failed' | 'error'; readonly toVal: number | null };
    convertToBaseUnits(
      unit: string,
      value: number,
    ): {
      readonly status: 'succeeded' | 'failed' | 'invalid' | 'error';
      readonly magnitude?: number | null;
      readonly unitToExp?: Readonly<Record<string, number>>;
      readonly fromUnitIsSpecial?: boolean;
    };
    getSpecifiedUnit(unit: string, valConv?: string): { readonly unit: UcumUnit | null } | null;
  }
  const ucum: { readonly UcumLhcUtils: { getInstance(): UcumUtilities } };
  export default ucum;
}
