import AdapterKit
import AdapterRegistry
import CreditModel
import CreditStore
import Testing

@Suite("Names of facts in stored records")
struct FieldNameTests {
    @Test("All that the adapters' tables name are short")
    func areShort() throws {
        var names: Set<String> = []
        for adapter in AdapterRegistry.all {
            let tables = try #require(adapter as? any TableAdapter.Type)
            for dataset in adapter.descriptor.datasets {
                for beside in [[], [RawField("CF_XZJG", "某局")]] {
                    for column in tables.type(dataset.id, holding: beside)?.columns ?? [] {
                        for case .fact(let name, _) in column.uses { names.insert(name) }
                    }
                }
            }
        }
        #expect(names.count > 50)
        let missing = names.subtracting(FieldNames.all).sorted()
        #expect(missing.isEmpty, "FieldNames lacks these, to be added at its end: \(missing)")
    }

    @Test("Each stands where the stores out there have it")
    func stayInPlace() {
        let places = ["after": 1, "decisionNumber": 15, "registration.name": 56, "violation": 78]
        for (name, place) in places { #expect(FieldNames.all[place - 1] == name) }
        #expect(Set(FieldNames.all).count == FieldNames.all.count && FieldNames.all.count < 256)
    }
}
