import AdapterKit
import CreditModel
import Normalisation

/// What 地税's attributes mean.
enum LocalTaxTables {
    static let types: [String: RecordType] = ["nsr": taxpayer, "fzc": missing, "qs": arrears, "cf": penalty]

    /// Whom a row is about, and what every row carries besides.
    private static let common: [Column] = [
        Column("nsrsbh", .code(.tax, .subject)),
        Column("gxsj"),
        Column("sjzt"),
    ]

    static let taxpayer = RecordType(
        key: [["nsrsbh"]],
        common + [
            Column("nsrmc", .subject(.name, .subject), .fact("registration.name", .name)),
            Column("fddbr", .subject(.representative, .subject), .fact("registration.legalRepresentative", .person)),
            Column("dz", .subject(.address, .subject), .fact("registration.address", .address)),
            Column("djrq", .from, .fact("tax.registered", .date)),
            Column("nsrzt", .fact("tax.state", .code(.taxpayerStates))),
            Column("swjg", .fact("tax.authority", .text)),
        ]
    )

    static let missing = RecordType(
        key: [["nsrsbh"], ["rdrq"]],
        common + [
            Column("nsrmc", .subject(.name, .subject)),
            Column("fddbr", .subject(.representative, .subject)),
            Column("rdrq", .from),
            Column("jcrq", .to),
        ]
    )

    static let arrears = RecordType(
        key: [["nsrsbh"], ["sz"], ["ggrq"]],
        common + [
            Column("nsrmc", .subject(.name, .subject)),
            Column("sz", .fact("taxKind", .code(.open))),
            Column("qsje", .fact("balance", .money(.yuan))),
            Column("swjg", .fact("authority", .text)),
            Column("ggrq", .from, .to, .fact("announced", .date)),
        ]
    )

    static let penalty = RecordType(
        key: [["wsh"]],
        common + [
            Column("wsh", .fact("decisionNumber", .documentNumber)),
            Column("nsrmc", .subject(.name, .subject)),
            Column("wfss", .fact("facts", .text)),
            Column("cfyj", .fact("basis", .text)),
            Column("cflb", .fact("kinds", .list(of: .penaltyKinds))),
            Column("cfje", .fact("fine", .money(.yuan))),
            Column("cfrq", .from),
            Column("jg", .fact("authority", .text)),
        ]
    )
}
