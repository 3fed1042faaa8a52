import AdapterKit
import CreditModel
import Normalisation

/// What 国税's columns mean.
enum StateTaxTables {
    static let types: [String: RecordType] = [
        "NSRXX": taxpayer, "NSRXYDJ": grade, "QSGG": arrears, "ZDSSWF": violation,
    ]

    /// Whom a row is about, and what every row carries besides.
    private static let common: [Column] = [
        Column("NSRSBH", .code(.tax, .subject)),
        Column("SHXYDM", .code(.uscc, .subject)),
        Column("XGSJ"),
        Column("YXBZ"),
    ]

    static let taxpayer = RecordType(
        key: [["NSRSBH"]],
        common + [
            Column("NSRMC", .subject(.name, .subject), .fact("registration.name", .name)),
            Column("FDDBRXM", .subject(.representative, .subject), .fact("registration.legalRepresentative", .person)),
            Column("ZCDZ", .subject(.address, .subject), .fact("registration.address", .address)),
            Column("SCJYDZ", .fact("tax.businessAddress", .address)),
            Column("HY_DM", .fact("registration.industry", .code(.unlisted))),
            Column("DJRQ", .from, .fact("tax.registered", .date)),
            Column("NSRZT_DM", .fact("tax.state", .code(.taxpayerStates))),
            Column("ZGSWJG_DM", .fact("tax.authorityCode", .code(.unlisted))),
            Column("ZGSWJGMC", .fact("tax.authority", .text)),
            Column("YBNSR", .fact("tax.generalTaxpayer", .code(CodeList(words: ["Y", "N"])))),
        ]
    )

    static let grade = RecordType(
        key: [["NSRSBH"], ["PDND"]],
        common + [
            Column("NSRMC", .subject(.name, .subject)),
            Column("PDND", .year, .fact("year", .year)),
            Column("XYDJ", .fact("grade", .code(CodeList(words: ["A", "B", "M", "C", "D"])))),
            Column("PDRQ", .fact("assessed", .date)),
            Column("PDJG", .fact("authority", .text)),
        ]
    )

    static let arrears = RecordType(
        key: [["NSRSBH"], ["SZ"], ["GGRQ"]],
        common + [
            Column("NSRMC", .subject(.name, .subject)),
            Column("FDDBRXM", .subject(.representative, .subject)),
            Column("JYDZ", .subject(.address, .subject)),
            Column("SZ", .fact("taxKind", .code(.open))),
            Column("QSYE", .fact("balance", .money(.yuan))),
            Column("DQXZ", .fact("newArrears", .money(.yuan))),
            Column("ZGSWJG_DM", .fact("authority", .code(.unlisted))),
            Column("GGRQ", .from, .to, .fact("announced", .date)),
        ]
    )

    static let violation = RecordType(
        key: [["AJBH"]],
        common + [
            Column("AJBH"),
            Column("ZZJGDM", .code(.org, .subject)),
            Column("NSRMC", .subject(.name, .subject)),
            Column("FDDBRXM", .subject(.representative, .subject)),
            Column("AJXZ", .fact("nature", .code(.open))),
            Column("WFSS", .fact("facts", .text)),
            Column("CLQK", .fact("handling", .text)),
            Column("GBRQ", .from),
            Column("YCRQ", .to),
        ]
    )
}
