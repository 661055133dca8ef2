import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withModel, withModelAtEnd } from '../../../src/dialects/operations/model-in-path.ts';

void describe('the name of a model in a path', () => {
  void it('is one segment of a path', () => {
    assert.equal(withModel('/a/{model}/b', 'x/y?z#\\:é'), '/a/x%2Fy%3Fz%23%5C%3A%C3%A9/b');
    assert.equal(withModel('/a/{model}/b', '$& $1'), '/a/%24%26%20%241/b');
    assert.equal(withModel('/models/{model}:f', 'models/gemini-2.5'), '/models/gemini-2.5:f');
    assert.equal(withModel('/model/{model}/f', 'models/x'), '/model/models%2Fx/f');
  });

  void it('is several where it ends a path, unless one were empty', () => {
    assert.equal(withModelAtEnd('/models/{model}', 'org/a b?'), '/models/org/a%20b%3F');
    assert.equal(withModelAtEnd('/models/{model}', '/org//x'), '/models/%2Forg%2F%2Fx');
  });
});
