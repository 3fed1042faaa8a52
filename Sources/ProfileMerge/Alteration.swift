import CreditModel
import Normalisation

/// What the registry altered (变更) in a field of the registration.
struct Alteration {
    /// Its place in the profile's `records`.
    let record: Int
    let field: String
    let before: (value: Value, original: String?)?
    let after: (value: Value, original: String?)?
    let date: CreditDate?

    /// The first day on which ``after`` holds; the least of all where the record does not say.
    var firstDay: Int32 { date?.firstDay?.number ?? .min }

    /// Those among the records that tell the history of a field, the oldest first.
    static func all(in records: [MergeRecord], policy: MergePolicy) -> [Alteration] {
        var alterations: [Alteration] = []
        for (index, record) in records.enumerated() where record.dataset == .alterations {
            let facts = record.content.facts
            guard let item = facts.first(where: { $0.field == "item" })?.value,
                let field = policy.alterations[item.plainText ?? ""] ?? policy.alterations[item.label ?? ""]
            else { continue }
            func value(_ name: String) -> (value: Value, original: String?)? {
                guard let fact = facts.first(where: { $0.field == name }), let text = fact.value.plainText,
                    let value = canonical(text, field)
                else { return nil }
                return (.text(value), fact.original ?? (value == text ? nil : text))
            }
            alterations.append(
                Alteration(
                    record: index,
                    field: field,
                    before: value("before"),
                    after: value("after"),
                    date: record.content.from
                )
            )
        }
        return alterations.sorted { $0.firstDay == $1.firstDay ? $0.record < $1.record : $0.firstDay < $1.firstDay }
    }

    /// The text as a registration would give it: alterations hold names and addresses as running text.
    private static func canonical(_ text: String, _ field: String) -> String? {
        switch field {
        case "name": Normalise.name(text)
        case "legalRepresentative": Normalise.person(text)
        case "address": Normalise.address(text)
        default: text
        }
    }
}
