import CreditModel

/// Makes the attribute sections: one value a field, by precedence, with what contradicts it and what was before.
struct AttributeMerge {
    let policy: MergePolicy
    let records: [MergeRecord]
    /// Which datasets fill lists and so have nothing to say here.
    let itemDatasets: [DatasetID: Int]
    /// What was altered until the day of the profile, the oldest first.
    let alterations: [Alteration]
    /// The first alterations after that day, by field: what was before is what the registry knew on it.
    var following: [String: Alteration] = [:]

    /// Every field that any record fills, by section, then name.
    func attributes() -> [Attribute] {
        var claims = self.claims()
        claims.sort(by: precedes)
        var attributes: [Attribute] = []
        var start = 0
        while start < claims.count {
            var end = start + 1
            while end < claims.count, claims[end].section == claims[start].section,
                claims[end].field == claims[start].field
            { end += 1 }
            attributes.append(attribute(of: claims[start..<end]))
            start = end
        }
        RegistrationHistory(policy: policy, records: records, alterations: alterations).add(to: &attributes)
        return attributes
    }

    // MARK: Claims

    private func claims() -> [Claim] {
        var claims: [Claim] = []
        var isNamed = false
        let registration = policy.attributes.firstIndex { $0.section == "registration" }
        for (index, record) in records.enumerated() where itemDatasets[record.dataset] == nil {
            for fact in record.content.facts {
                guard let claim = claim(fact, of: record, at: index) else { continue }
                if claim.section == registration, claim.field == "name" { isNamed = true }
                claims.append(claim)
            }
        }
        if let registration, !following.isEmpty {
            claims.removeAll {
                $0.section == registration && following[$0.field] != nil
                    && records[$0.record].dataset == .registrations
            }
            for (field, alteration) in following {
                guard let before = alteration.before else { continue }
                if field == "name" { isNamed = true }
                claims.append(
                    Claim(
                        section: registration,
                        field: field,
                        rank: policy.attributes[registration].rank(of: .registrations, in: field),
                        record: alteration.record,
                        value: before.value,
                        original: before.original
                    )
                )
            }
        }
        if !isNamed, let registration { claims += namesOfLists(section: registration) }
        return claims
    }

    private func claim(_ fact: Fact, of record: MergeRecord, at index: Int) -> Claim? {
        guard let dot = fact.field.utf8.firstIndex(of: 0x2E) else { return nil }
        let prefix = fact.field[..<dot]
        guard let section = policy.attributes.firstIndex(where: { $0.section == prefix }) else { return nil }
        let field = String(fact.field[fact.field.utf8.index(after: dot)...])
        return Claim(
            section: section,
            field: field,
            rank: policy.attributes[section].rank(of: record.dataset, in: field),
            record: index,
            value: fact.value,
            original: fact.original
        )
    }

    /// Of an enterprise that no register describes: the name by which other records call it.
    private func namesOfLists(section: Int) -> [Claim] {
        let later = Set(following.values.map(\.record))
        return records.enumerated().compactMap { index, record in
            guard !later.contains(index),
                let name = record.content.subjects.first(where: { $0.role == record.role })?.name
            else { return nil }
            return Claim(section: section, field: "name", rank: .max, record: index, value: .text(name), original: nil)
        }
    }

    private func precedes(_ a: Claim, _ b: Claim) -> Bool {
        if a.section != b.section { return a.section < b.section }
        if a.field != b.field { return a.field.utf8.lexicographicallyPrecedes(b.field.utf8) }
        if a.rank != b.rank { return a.rank < b.rank }
        if a.record == b.record { return false }
        if records[a.record].isNewer(than: records[b.record]) { return true }
        if records[b.record].isNewer(than: records[a.record]) { return false }
        return a.record < b.record
    }

    // MARK: Fields

    private func attribute(of claims: ArraySlice<Claim>) -> Attribute {
        let best = claims[claims.startIndex]
        var statements = [Statement(best)]
        for claim in claims.dropFirst() {
            if let known = statements.firstIndex(where: { $0.value.agrees(with: claim.value) }) {
                statements[known].add(claim)
            } else {
                statements.append(Statement(claim))
            }
        }
        for index in statements.indices {
            statements[index].records.sort()
            statements[index].originals.sort { $0.record < $1.record }
        }
        var attribute = Attribute(
            section: best.section,
            field: best.field,
            statement: statements.removeFirst(),
            from: nil,
            conflicts: statements,
            history: []
        )
        addHistory(to: &attribute, of: best.record)
        return attribute
    }

    /// Tells what the record that decides the field said before.
    private func addHistory(to attribute: inout Attribute, of index: Int) {
        let record = records[index]
        guard record.history.versions.count > 1, itemDatasets[record.dataset] == nil else { return }
        let stretches = Timeline.stretches(of: record, datedByRow: policy.datedByRow.contains(record.dataset))
        guard stretches.count > 1 else { return }
        let name = "\(policy.attributes[attribute.section].section).\(attribute.field)"
        var runs: [(fact: Fact?, stretch: Stretch)] = []
        for stretch in stretches {
            let fact = stretch.content.facts.first { $0.field == name }
            if let last = runs.last, isSame(last.fact, fact) { continue }
            runs.append((fact, stretch))
        }
        guard runs.count > 1 else { return }
        attribute.from = runs.last?.stretch.from
        for (run, next) in zip(runs, runs.dropFirst()) {
            guard let fact = run.fact else { continue }
            attribute.history.append(
                Past(
                    value: fact.value,
                    from: run.stretch.from,
                    to: Timeline.dayBefore(next.stretch.from),
                    records: [index],
                    version: run.stretch.version.digest,
                    original: fact.original
                )
            )
        }
        attribute.history.sort(by: Past.precedes)
    }

    private func isSame(_ a: Fact?, _ b: Fact?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return a.value.agrees(with: b.value)
    }
}
