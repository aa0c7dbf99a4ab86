//! A value as a stream of events: `[path, leaf]`, and `[path]` at the end of each container.

use super::Value;

/// The events of one value, made as they are asked for.
pub struct Events {
    /// The containers that are open, each with the position of its next child.
    open: Vec<(Value, usize)>,
    path: Vec<Value>,
    root: Option<Value>,
}

impl Events {
    /// The events of a value.
    pub fn new(value: Value) -> Events {
        Events { open: Vec::new(), path: Vec::new(), root: Some(value) }
    }

    fn event(&self, leaf: Option<Value>) -> Value {
        std::iter::once(self.path.iter().cloned().collect()).chain(leaf).collect()
    }

    /// Opens a container, or gives the event of a leaf.
    fn enter(&mut self, value: Value) -> Option<Value> {
        match &value {
            Value::Array(elements) if !elements.is_empty() => {}
            Value::Object(members) if !members.is_empty() => {}
            _ => return Some(self.event(Some(value))),
        }
        self.open.push((value, 0));
        None
    }
}

impl Iterator for Events {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        if let Some(root) = self.root.take()
            && let Some(event) = self.enter(root)
        {
            return Some(event);
        }
        loop {
            let (container, position) = self.open.last_mut()?;
            let child = match container {
                Value::Array(elements) => elements.get(*position).map(|value| (Value::from(*position), value.clone())),
                Value::Object(members) => {
                    members.get_index(*position).map(|(key, value)| (Value::String(key.clone()), value.clone()))
                }
                _ => None,
            };
            if *position > 0 && child.is_some() {
                self.path.pop();
            }
            let Some((key, child)) = child else {
                // The path still names the last child, as jq has it.
                let end = self.event(None);
                self.path.pop();
                self.open.pop();
                return Some(end);
            };
            *position += 1;
            self.path.push(key);
            if let Some(event) = self.enter(child) {
                return Some(event);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::single;

    #[test]
    fn nested() {
        let events: Vec<_> = Events::new(single(b"[1,[2,3],{}]").unwrap()).map(|event| event.to_json()).collect();
        assert_eq!(events, ["[[0],1]", "[[1,0],2]", "[[1,1],3]", "[[1,1]]", "[[2],{}]", "[[2]]"]);
        assert_eq!(Events::new(single(b"3").unwrap()).map(|e| e.to_json()).collect::<Vec<_>>(), ["[[],3]"]);
    }
}
