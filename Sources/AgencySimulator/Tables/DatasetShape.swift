internal import CreditModel

/// What a table must know of a dataset beyond its events.
struct DatasetShape: Sendable {
    let id: DatasetID
    /// Elements of which at least the key is made; withdrawals of 红盾 carry no others.
    let keyFields: [String]
    /// The element that a restless agency keeps correcting.
    let restlessField: String

    var agency: AgencyID { id.agency }
    var isAttributes: Bool { id.agency == .localtax }
    /// 红盾 gives the second of two identical rows a `SEQ` of its own.
    var doublesAreRows: Bool { id.agency == .hongdun }
    /// 国税 and 地税 show one row a key; the others show events.
    var showsStates: Bool { id.agency == .statetax || id.agency == .localtax }
    /// Of several versions the greatest time counts, and rows may be overtaken.
    var table: String { "rows_" + id.name.replacing("-", with: "_") }

    static let all: [DatasetShape] = [
        shape(.hongdun, "registration", ["PRIPID"], "DOM"),
        shape(.hongdun, "alteration", ["PRIPID", "ALTITEM", "ALTDATE"], "ALTAF"),
        shape(.hongdun, "abnormal", ["BUSEXCLIST"], "DECORG"),
        shape(.hongdun, "illegal", ["ILLID"], "DECORG"),
        shape(.hongdun, "penalty", ["PENDECNO", "PENAUTH"], "ILLEGACTTYPE"),
        shape(.hongdun, "online-shop", ["SHOPID"], "PLATFORM"),
        shape(.statetax, "NSRXX", ["NSRSBH"], "SCJYDZ"),
        shape(.statetax, "NSRXYDJ", ["NSRSBH", "PDND"], "PDJG"),
        shape(.statetax, "QSGG", ["NSRSBH", "SZ", "GGRQ"], "JYDZ"),
        shape(.statetax, "ZDSSWF", ["AJBH"], "CLQK"),
        shape(.localtax, "nsr", ["nsrsbh"], "dz"),
        shape(.localtax, "fzc", ["nsrsbh", "rdrq"], "fddbr"),
        shape(.localtax, "qs", ["nsrsbh", "sz", "ggrq"], "nsrmc"),
        shape(.localtax, "cf", ["wsh"], "cfyj"),
        shape(.quality, "ZZJGDM", ["机构代码"], "地址"),
        shape(.quality, "SCXKZ", ["证书编号"], "产品名称"),
        shape(.quality, "CCC", ["证书编号"], "型号"),
        shape(.quality, "JDCC", ["报告编号"], "商标"),
        shape(.quality, "XZCF", ["CF_CFJGDM", "CF_CFJG", "CF_XZJG", "CF_WSH", "CF_XDR_MC"], "CF_SY"),
    ]

    static func of(_ agency: AgencyID) -> [DatasetShape] { all.filter { $0.agency == agency } }

    private static func shape(_ agency: AgencyID, _ name: String, _ key: [String], _ restless: String) -> DatasetShape {
        DatasetShape(id: DatasetID(agency, name), keyFields: key, restlessField: restless)
    }

    /// The row's fields as they are sent: of a withdrawal at least the key.
    func rendered(_ event: SimulatedEvent) -> [UInt8] {
        var fields = event.fields
        if event.change == .delete {
            if agency == .hongdun { fields = fields.filter { keyFields.contains($0.name) } }
            if fields.isEmpty {
                let names = id.name == "XZCF" ? ["CF_CFJGDM", "CF_WSH", "CF_XDR_MC"] : keyFields
                fields = zip(names, event.key.parts).map { RawField($0, $1) }
            }
        }
        return Markup.render(fields, asAttributes: isAttributes, leavingAmpersands: event.isUnreadable)
    }
}
