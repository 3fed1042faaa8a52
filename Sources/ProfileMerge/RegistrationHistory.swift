import CreditModel
import Normalisation

/// Adds what alterations (变更) and former names (曾用名) tell of a registration's past to the fields concerned.
struct RegistrationHistory {
    let policy: MergePolicy
    let records: [MergeRecord]
    /// What was altered until the day of the profile, the oldest first.
    let alterations: [Alteration]

    func add(to attributes: inout [Attribute]) {
        guard let section = policy.attributes.firstIndex(where: { $0.section == "registration" }) else { return }
        for index in attributes.indices where attributes[index].section == section {
            let field = attributes[index].field
            let concerned = alterations.filter { $0.field == field }
            if !concerned.isEmpty { add(concerned, to: &attributes[index]) }
            if field == "name" { addFormerNames(to: &attributes[index]) }
            if attributes[index].history.count > 1 { attributes[index].history.sort(by: Past.precedes) }
        }
    }

    // MARK: Alterations

    private func add(_ alterations: [Alteration], to attribute: inout Attribute) {
        for (place, alteration) in alterations.enumerated() {
            let previous = place > 0 ? alterations[place - 1] : nil
            if let before = alteration.before {
                let follows = previous?.after?.value == before.value
                add(
                    Past(
                        value: before.value,
                        from: follows ? previous?.date : nil,
                        to: Timeline.dayBefore(alteration.date),
                        records: follows
                            ? [previous?.record, alteration.record].compactMap { $0 } : [alteration.record],
                        version: nil,
                        original: before.original
                    ),
                    to: &attribute
                )
            }
            guard let after = alteration.after else { continue }
            if place + 1 == alterations.count, after.value == attribute.statement.value {
                attribute.from = alteration.date ?? attribute.from
            } else if place + 1 == alterations.count || alterations[place + 1].before?.value != after.value {
                let next = place + 1 < alterations.count ? alterations[place + 1].date : nil
                add(
                    Past(
                        value: after.value,
                        from: alteration.date,
                        to: Timeline.dayBefore(next),
                        records: [alteration.record],
                        version: nil,
                        original: after.original
                    ),
                    to: &attribute
                )
            }
        }
    }

    // MARK: Former names

    private func addFormerNames(to attribute: inout Attribute) {
        for (index, record) in records.enumerated() where record.dataset == .registrations {
            for fact in record.content.facts where fact.field == "registration.formerNames" {
                guard case .list(let names) = fact.value else { continue }
                for name in names where Value.text(name) != attribute.statement.value {
                    add(Past(value: .text(name), from: nil, to: nil, records: [index], version: nil), to: &attribute)
                }
            }
        }
    }

    /// Two tellings of one stretch of time become one; an alteration knows its day better than a version does.
    private func add(_ past: Past, to attribute: inout Attribute) {
        guard
            let known = attribute.history.firstIndex(where: {
                $0.value.agrees(with: past.value) && $0.mayOverlap(past)
            })
        else {
            attribute.history.append(past)
            return
        }
        attribute.history[known].from = past.from ?? attribute.history[known].from
        attribute.history[known].to = past.to ?? attribute.history[known].to
        for record in past.records where !attribute.history[known].records.contains(record) {
            attribute.history[known].records.append(record)
        }
        attribute.history[known].records.sort()
    }
}
