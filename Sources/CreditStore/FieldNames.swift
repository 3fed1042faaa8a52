/// Short forms of the names of facts, as stored records hold them.
///
/// A name's number is its place, so names are only ever added, at the end; what is not here is stored as it is spelt.
package enum FieldNames {
    package static let all = [
        "after", "announced", "assessed", "authority", "authorityCode", "balance", "basis", "batch", "before",
        "brand", "case", "category", "confiscated", "content", "decisionNumber", "domain", "facts", "failedItems",
        "fine", "furtherKinds", "grade", "handling", "icp", "issued", "item", "kind", "kinds", "laboratory", "level",
        "listedBy", "model", "name", "nature", "newArrears", "number", "platform", "producerName", "product",
        "publicTo", "published", "quality.codeIssued", "quality.codeState", "quality.codeValidTo",
        "quality.organisationType", "reason", "reasonText", "registration.address", "registration.approved",
        "registration.authority", "registration.capital", "registration.district", "registration.established",
        "registration.formerNames", "registration.industry", "registration.legalRepresentative", "registration.name",
        "registration.operatingFrom", "registration.operatingTo", "registration.parent", "registration.scope",
        "registration.state", "registration.type", "removalReason", "removedBy", "result", "revoked", "sellerName",
        "severity", "state", "tax.authority", "tax.authorityCode", "tax.businessAddress", "tax.generalTaxpayer",
        "tax.registered", "tax.state", "taxKind", "validTo", "violation", "year",
    ]

    /// By name, from 1: 0 says that a name is spelt out.
    static let numbers = Dictionary(uniqueKeysWithValues: zip(all, 1...UInt8(all.count)))
}
